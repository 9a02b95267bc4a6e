"""What a network of spectra hears: 22,050 Hz to 16 kHz, windows, mel bands, logarithm.

Resampling is one convolution: 441 samples become 320, each by a sinc in a Kaiser window of its
own phase.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

# 22,050 to 16,000 Hz, over their greatest common divisor.
OLD, NEW = 441, 320
ZEROS, ROLL_OFF, BETA = 32, 0.95, 10.0
HOP, WINDOW, BANDS = 256, 512, 96
# Both as musicnn has them.
COMPRESSION = 10_000.0


class LogMel(nn.Module):
    """`(batch, samples)` at 22,050 Hz → `(batch, frames, 96)`, log10(1 + 10,000 power).

    `filters` `(96, 257)` are a part of the weights: those with which the network was trained. It
    computes in float32 wherever it is: bfloat16 has no room for the quiet beside the loud.
    """

    filters: Tensor
    phases: Tensor
    window: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("filters", torch.zeros(BANDS, WINDOW // 2 + 1))
        self.register_buffer("phases", _phases(), persistent=False)
        self.register_buffer("window", _hann_window(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast(x.device.type, enabled=False):
            return self._spectrum(self._resampled(x.float()))

    def _resampled(self, x: Tensor) -> Tensor:
        """`(batch, samples)` → `(batch, samples · 320 / 441)`."""
        steps = -(-x.shape[1] // OLD)
        half = (self.phases.shape[2] - OLD) // 2
        padded = F.pad(x, (half, half + steps * OLD - x.shape[1]))
        y = F.conv1d(padded[:, None], self.phases, stride=OLD).transpose(1, 2).flatten(1)
        return y[:, : x.shape[1] * NEW // OLD]

    def _spectrum(self, sound: Tensor) -> Tensor:
        spectrum = torch.stft(
            sound, WINDOW, HOP, window=self.window, pad_mode="constant", return_complex=True
        )
        power = torch.view_as_real(spectrum).square().sum(-1)
        mel = (self.filters.float() @ power).transpose(1, 2)
        return torch.log10(1 + COMPRESSION * mel)


# What never changes is computed by NumPy: on its meta device, where shapes are asked, torch would
# count in Python, and import its whole compiler for that (a second and 70 MiB in every worker).
def _phases() -> Tensor:
    """`(320, 1, width)`: the filter of each phase."""
    cutoff = ROLL_OFF * NEW / OLD
    half = math.ceil(ZEROS / cutoff)
    phase = np.arange(NEW)[:, None] * OLD / NEW
    time = np.arange(-half, OLD + half)[None] - phase
    inside = np.clip(1 - np.square(time / half), 0, None)
    kaiser = np.i0(BETA * np.sqrt(inside)) / np.i0(BETA)
    kernel = cutoff * np.sinc(cutoff * time) * kaiser
    return torch.from_numpy(np.where(np.abs(time) > half, 0.0, kernel)[:, None]).float()


def _hann_window() -> Tensor:
    """`(512,)`, periodic."""
    turns = np.arange(WINDOW) / WINDOW
    return torch.from_numpy(0.5 - 0.5 * np.cos(2 * np.pi * turns)).float()
