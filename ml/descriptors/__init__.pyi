from .analysis import (
    Music,
    analyse_music,
)
from .projection import (
    LANDMARKS,
    MIN_TRACKS,
    Projection,
    fit_projection,
)
from .spectrogram import (
    mel_spectrogram,
    png,
)

__all__ = [
    "LANDMARKS",
    "MIN_TRACKS",
    "Music",
    "Projection",
    "analyse_music",
    "fit_projection",
    "mel_spectrogram",
    "png",
]
