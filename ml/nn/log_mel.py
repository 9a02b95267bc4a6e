"""What a network of spectra hears: 22,050 Hz to 16 kHz, windows, mel bands, logarithm.

Resampling makes 320 samples of 441, each by a sinc in a Kaiser window of its own phase: ten matrix
products, of 32 neighbours each, which need the same 140 samples or so.
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
CUTOFF = ROLL_OFF * NEW / OLD
# Samples that a sinc reaches on either side.
REACH = math.ceil(ZEROS / CUTOFF)
# Phases that one product computes, and the first sample that each product reads.
TOGETHER = 32
STARTS = tuple(phase * OLD // NEW for phase in range(0, NEW, TOGETHER))
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
        padded = F.pad(x, (REACH, REACH + steps * OLD - x.shape[1]))
        width = self.phases.shape[1]
        until = (steps - 1) * OLD + width
        parts = [
            padded[:, start : start + until].unfold(1, width, OLD) @ phases
            for start, phases in zip(STARTS, self.phases, strict=True)
        ]
        return torch.cat(parts, 2).flatten(1)[:, : x.shape[1] * NEW // OLD]

    def _spectrum(self, sound: Tensor) -> Tensor:
        spectrum = torch.stft(
            sound, WINDOW, HOP, window=self.window, pad_mode="constant", return_complex=True
        )
        real, imaginary = torch.view_as_real(spectrum).square().unbind(-1)
        power = real + imaginary  # a sum over a dimension of two is slow
        mel = (self.filters.float() @ power).transpose(1, 2)
        return torch.log10(1 + COMPRESSION * mel)


# What never changes is computed by NumPy: on its meta device, where shapes are asked, torch would
# count in Python, and import its whole compiler for that (a second and 70 MiB in every worker).
def _phases() -> Tensor:
    """`(10, width, 32)`: the filter of each phase, from the first sample of its product on."""
    width = OLD + 2 * REACH - STARTS[-1]
    samples = np.add.outer(STARTS, np.arange(width))[:, :, None]
    phase = np.arange(NEW).reshape(-1, 1, TOGETHER) * OLD / NEW
    time = samples - REACH - phase
    inside = np.clip(1 - np.square(time / REACH), 0, None)
    kaiser = np.i0(BETA * np.sqrt(inside)) / np.i0(BETA)
    kernel = CUTOFF * np.sinc(CUTOFF * time) * kaiser
    return torch.from_numpy(np.where(np.abs(time) > REACH, 0.0, kernel)).float()


def _hann_window() -> Tensor:
    """`(512,)`, periodic."""
    turns = np.arange(WINDOW) / WINDOW
    return torch.from_numpy(0.5 - 0.5 * np.cos(2 * np.pi * turns)).float()
