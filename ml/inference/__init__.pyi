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
    "Request",
    "Tagger",
    "smoke_test",
]
