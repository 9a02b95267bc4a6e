from .evaluate import (
    evaluate_pair,
    evaluate_splits,
)
from .metrics import rankable
from .new_label import NewLabel, calibrate

__all__ = [
    "NewLabel",
    "calibrate",
    "evaluate_pair",
    "evaluate_splits",
    "rankable",
]
