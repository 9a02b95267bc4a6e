from .activations import ActivationsError, SegmentActivations
from .output_layer import OutputLayer, Rescored
from .passages import Passage, passages
from .smoke import smoke_test
from .tagger import (
    Analysis,
    Cancelled,
    Request,
    Tagger,
)

__all__ = [
    "ActivationsError",
    "Analysis",
    "Cancelled",
    "OutputLayer",
    "Passage",
    "Request",
    "Rescored",
    "SegmentActivations",
    "Tagger",
    "passages",
    "smoke_test",
]
