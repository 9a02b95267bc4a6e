from .evaluate import (
    evaluate_pair,
    evaluate_splits,
    evaluate_within,
)
from .metrics import rankable
from .new_label import NewLabel, fit_to_library
from .report import Figures

__all__ = [
    "Figures",
    "NewLabel",
    "evaluate_pair",
    "evaluate_splits",
    "evaluate_within",
    "fit_to_library",
    "rankable",
]
