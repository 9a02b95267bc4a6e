from .evaluate import (
    reports,
    side_by_side,
)
from .metrics import countable

__all__ = [
    "countable",
    "reports",
    "side_by_side",
]
