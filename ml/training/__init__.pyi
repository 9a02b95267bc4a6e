from .checkpoint import TrainingError
from .head_trainer import trainer_for
from .validation import Identity

__all__ = [
    "Identity",
    "TrainingError",
    "trainer_for",
]
