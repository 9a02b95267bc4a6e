from .evaluate import (
    evaluate_pair,
    evaluate_splits,
)
from .metrics import rankable
from .new_label import NewLabel, fit_to_library

__all__ = [
    "NewLabel",
    "evaluate_pair",
    "evaluate_splits",
    "fit_to_library",
    "rankable",
]
