"""The costlier augmentations: reverberation, and pitch shift by torchaudio.

torchaudio is imported only where a recipe asks for it: its Linux wheels need CUDA's libraries
even to load.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ml.audio.reading import SAMPLE_RATE
from ml.config.network import ConfigError
from ml.config.recipe import AugmentationSettings

from .transfer import on_device, white_noise

# A reverberation has ended when it is 60 dB down.
SIXTY_DB = 3 * math.log(10)
# How loud the room is beside the instrument.
WET = 0.4


def check_available(settings: AugmentationSettings) -> None:
    """Raise ConfigError when the recipe asks for what cannot be done on this machine."""
    if not settings.pitch_shift:
        return
    try:
        import torchaudio  # noqa: F401
    except (ImportError, OSError) as error:
        raise ConfigError(
            f"augmentation.pitch_shift needs torchaudio, which does not load here ({error}). "
            "Run bin/setup gpu on a machine with CUDA, or set it to 0."
        ) from error


def shifted(x: Tensor, semitones: npt.NDArray[np.int64]) -> Tensor:
    """`x` `(batch, time)` with each sound's pitch shifted; the batch is grouped by shift."""
    for step in sorted(set(semitones.tolist()) - {0}):
        from torchaudio.functional import pitch_shift

        rows = on_device(np.flatnonzero(semitones == step), x.device)
        x = x.index_copy(0, rows, pitch_shift(x[rows], SAMPLE_RATE, step))
    return x


def reverberated(x: Tensor, decay: npt.NDArray[np.float32], seed: int) -> Tensor:
    """`x` `(batch, time)` in rooms with these reverberation times in seconds (0: none).

    A room answers with noise that dies away exponentially (Moorer, 1979); it keeps the sound's
    energy about as it was.
    """
    rows = np.flatnonzero(decay)
    if not len(rows):
        return x
    chosen = on_device(rows, x.device)
    room = _rooms(on_device(decay[rows], x.device), x.shape[-1], seed)
    length = 2 * x.shape[-1]
    spectrum = torch.fft.rfft(x[chosen], n=length) * torch.fft.rfft(room, n=length)
    wet = torch.fft.irfft(spectrum, n=length)[:, : x.shape[-1]]
    return x.index_copy(0, chosen, (1 - WET) * x[chosen] + WET * wet)


def _rooms(decay: Tensor, samples: int, seed: int) -> Tensor:
    """Impulse responses `(rooms, samples)` of unit energy, grown where `decay` is."""
    seconds = torch.arange(samples, device=decay.device) / SAMPLE_RATE
    envelope = torch.exp(-SIXTY_DB * seconds / decay[:, None])
    noise = white_noise((len(decay), samples), seed, decay.device) * envelope
    energy: Tensor = noise.norm(dim=1, keepdim=True)
    return noise / energy
