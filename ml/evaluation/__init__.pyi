from .evaluate import (
    evaluate_pair,
    evaluate_splits,
)
from .metrics import rankable

__all__ = [
    "evaluate_pair",
    "evaluate_splits",
    "rankable",
]
