from .activations import ActivationsError, SegmentActivations
from .output_layer import OutputLayer, Rescored
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
    "Request",
    "Rescored",
    "SegmentActivations",
    "Tagger",
    "smoke_test",
]
