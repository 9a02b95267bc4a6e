from .passages import Passage, passages
from .smoke import smoke_test
from .tagger import (
    Analysis,
    Cancelled,
    Request,
    Tagger,
)

__all__ = [
    "Analysis",
    "Cancelled",
    "Passage",
    "Request",
    "Tagger",
    "passages",
    "smoke_test",
]
