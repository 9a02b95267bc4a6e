from .analysis import (
    Music,
    analyse_music,
)
from .projection import (
    FEWEST,
    LANDMARKS,
    Projection,
    fit_projection,
)
from .spectrogram import (
    mel_spectrogram,
    png,
)

__all__ = [
    "FEWEST",
    "LANDMARKS",
    "Music",
    "Projection",
    "analyse_music",
    "fit_projection",
    "mel_spectrogram",
    "png",
]
