"""Changes of the sound, for whole batches, drawn and applied on the device that holds them.

No step asks the device for a number, so the host never waits: every change is computed for the
whole batch, and rows that it is not for keep what they have.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .resident import SAMPLE_RATE, band_response

TILT_PIVOT_HZ, TILT_OCTAVES = 800.0, 3.5
LEAST_LEVEL = 1e-4


@dataclass(frozen=True)
class Changes:
    """Chances in [0, 1] and ranges.

    `gain` is the chance of a gain from the whole range (decibels); the other sounds keep within
    `gain_near_db` of their own. A gentle gain always being there, no level is a tag's mark.
    """

    speed: float = 0.35
    speed_range: tuple[float, float] = (0.94, 1.06)
    polarity: float = 0.5
    gain: float = 0.6
    gain_range_db: tuple[float, float] = (-24.0, 6.0)
    gain_near_db: float = 3.0
    filter: float = 0.4
    tilt_db: float = 6.0
    low_pass_hz: tuple[float, float] = (2500.0, 8000.0)
    high_pass_hz: tuple[float, float] = (40.0, 300.0)
    noise: float = 0.15
    noise_db: tuple[float, float] = (12.0, 45.0)
    offset: float = 0.05
    offset_range: tuple[float, float] = (-0.2, 0.2)
    mixup: float = 0.3
    mixup_least: float = 0.6


def speeds(changes: Changes, count: int, device: torch.device) -> Tensor:
    """The share of its own speed at which each of a batch's sounds is played, `(count,)`."""
    drawn = _uniform(changes.speed_range, count, device)
    return torch.where(_chance(changes.speed, count, device), drawn, torch.ones_like(drawn))


def changed(sound: Tensor, changes: Changes) -> Tensor:
    """`sound` `(batch, time)` with all changes that leave its tags as they are."""
    sound = filtered(noisy(sound, changes), changes)
    sound = sound * gains(changes, len(sound), sound.device)[:, None]
    return offset(sound, changes).clamp(-1.2, 1.2)


def gains(changes: Changes, count: int, device: torch.device) -> Tensor:
    """A factor for each sound, negative where its polarity is turned, `(count,)`."""
    near = (-changes.gain_near_db, changes.gain_near_db)
    decibels = torch.where(
        _chance(changes.gain, count, device),
        _uniform(changes.gain_range_db, count, device),
        _uniform(near, count, device),
    )
    sign = torch.where(_chance(changes.polarity, count, device), -1.0, 1.0)
    return sign * 10 ** (decibels / 20)


def filtered(sound: Tensor, changes: Changes) -> Tensor:
    """A tilt, a low-pass (Butterworth, order 4) or a high-pass (order 2), each for a third.

    What noise and speed have brought above the band that the product hears goes in any case.
    """
    count, device = len(sound), sound.device
    hertz = torch.fft.rfftfreq(sound.shape[-1], 1 / SAMPLE_RATE, device=device).clamp_min(1)
    kind = torch.rand(count, device=device) / max(changes.filter, 1e-9) * 3
    octaves = ((hertz / TILT_PIVOT_HZ).log2() / TILT_OCTAVES).clamp(-1, 1)
    tilt = _uniform((-changes.tilt_db, changes.tilt_db), count, device) * (kind < 1)
    response = 10 ** (tilt[:, None] * octaves / 20)
    low = _exponential(changes.low_pass_hz, count, device)[:, None]
    passed = (1 + (hertz / low) ** 8).rsqrt()
    response = torch.where(((kind >= 1) & (kind < 2))[:, None], passed, response)
    high = _exponential(changes.high_pass_hz, count, device)[:, None]
    passed = (1 + (high / hertz) ** 4).rsqrt()
    response = torch.where(((kind >= 2) & (kind < 3))[:, None], passed, response)
    response = response * band_response(sound.shape[-1], device)
    return torch.fft.irfft(torch.fft.rfft(sound) * response, n=sound.shape[-1])


def noisy(sound: Tensor, changes: Changes) -> Tensor:
    """White noise so many decibels under the sound."""
    count, device = len(sound), sound.device
    under = 10 ** (-_uniform(changes.noise_db, count, device) / 20)
    level = level_of(sound) * under * _chance(changes.noise, count, device)
    return sound + torch.randn_like(sound) * level[:, None]


def offset(sound: Tensor, changes: Changes) -> Tensor:
    """A constant added, as cheap converters do."""
    count, device = len(sound), sound.device
    added = _uniform(changes.offset_range, count, device) * _chance(changes.offset, count, device)
    return sound + added[:, None]


def mixed(
    sound: Tensor, target: Tensor, known: Tensor, changes: Changes
) -> tuple[Tensor, Tensor, Tensor]:
    """Some sounds mixed with their neighbour, targets likewise (Zhang et al., 2018; mixup).

    A share counts at equal loudness: both are brought to one level first, and what is not known
    of one of the two is not known of the mixture.
    """
    count, device = len(sound), sound.device
    drawn = _uniform((changes.mixup_least, 1.0), count, device)
    share = torch.where(_chance(changes.mixup, count, device), drawn, torch.ones_like(drawn))
    partner = sound.roll(1, 0)
    ratio = (level_of(sound) / level_of(partner)).clamp(0.1, 10)
    # Powers add up, as the two sounds have nothing to do with each other.
    weight = (share**2 + (1 - share) ** 2).rsqrt()
    whole = weight[:, None] * (share[:, None] * sound + ((1 - share) * ratio)[:, None] * partner)
    alone = (share == 1)[:, None]
    return (
        torch.where(alone, sound, whole),
        torch.lerp(target.roll(1, 0), target, share[:, None]),
        known & (alone | known.roll(1, 0)),
    )


def overlaid(voice: Tensor, music: Tensor, range_db: tuple[float, float]) -> Tensor:
    """`voice` over `music` `(batch, time)`, so many decibels above it, as loud as the music."""
    above = 10 ** (_uniform(range_db, len(voice), voice.device) / 20)
    factor = (level_of(music) / level_of(voice)).clamp(0.05, 50) * above
    return (music + factor[:, None] * voice) * (1 + above**2).rsqrt()[:, None]


def level_of(sound: Tensor) -> Tensor:
    """Root mean square, `(batch,)`."""
    return sound.square().mean(-1).sqrt().clamp_min(LEAST_LEVEL)


def _chance(chance: float, count: int, device: torch.device) -> Tensor:
    return torch.rand(count, device=device) < chance


def _uniform(limits: tuple[float, float], count: int, device: torch.device) -> Tensor:
    low, high = limits
    return low + (high - low) * torch.rand(count, device=device)


def _exponential(limits: tuple[float, float], count: int, device: torch.device) -> Tensor:
    """Uniform in octaves."""
    low, high = limits
    return _uniform((math.log(low), math.log(high)), count, device).exp()
