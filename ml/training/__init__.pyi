from .checkpoint import TrainingError
from .head_trainer import EVIDENCE, trainer_for
from .validation import Identity

__all__ = [
    "EVIDENCE",
    "Identity",
    "TrainingError",
    "trainer_for",
]
