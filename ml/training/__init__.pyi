from .checkpoint import TrainingError
from .head_trainer import training_of
from .validation import Identity

__all__ = [
    "Identity",
    "TrainingError",
    "training_of",
]
