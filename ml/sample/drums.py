"""A drum kit by arithmetic; each stroke is mono float32 `(time,)`."""

from __future__ import annotations

import numpy as np

from .instruments import RATE, Sound


def kick() -> Sound:
    """A skin whose pitch falls."""
    time = np.arange(round(0.35 * RATE)) / RATE
    phase = 2 * np.pi * (48 * time + 4.2 * (1 - np.exp(-time * 26)))
    return (0.95 * np.sin(phase) * np.exp(-time * 11)).astype(np.float32)


def snare() -> Sound:
    time = np.arange(round(0.22 * RATE)) / RATE
    rattle = np.random.default_rng(1).normal(size=len(time)) * np.exp(-time * 22)
    skin = np.sin(2 * np.pi * 187 * time) * np.exp(-time * 30)
    return (0.28 * rattle + 0.4 * skin).astype(np.float32)


def hat() -> Sound:
    return _hiss(0.07, 60)


def open_hat() -> Sound:
    return _hiss(0.28, 12)


def _hiss(seconds: float, fade: float) -> Sound:
    """What is left of noise when its slow part is taken away twice."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(2).normal(size=len(time) + 2)
    return (0.07 * np.diff(noise, 2) * np.exp(-time * fade)).astype(np.float32)
