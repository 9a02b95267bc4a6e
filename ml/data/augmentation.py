"""Changes of the sound that leave its tags as they are: drawn first, applied later.

Drawing is cheap, on the CPU, from a NumPy generator; applying is batched and runs on whatever
device the sound is on. The same draw applied twice gives the same sound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ml.audio.reading import SAMPLE_RATE
from ml.config.recipe import AugmentationSettings

from .heavy_augmentation import reverberated, shifted
from .transfer import on_device, white_noise

Floats = npt.NDArray[np.float32]
# Cut-offs and slopes of what recordings, rooms and codecs do to a spectrum.
TILT_DB, TILT_PIVOT_HZ, TILT_OCTAVES = 5.0, 800.0, 3.5
LOW_PASS_HZ, HIGH_PASS_HZ = (3000.0, 8000.0), (40.0, 250.0)
# Reverberation times from a dry room to a church.
DECAY_S = (0.2, 2.5)


@dataclass(frozen=True)
class Draw:
    """What happens to each sound of a batch; every array is `(batch, …)`.

    `gain` is a factor (negative: inverted). `tilt_db`, `low_pass` and `high_pass` (Hz) describe a
    filter, 0 where there is none. `noise` is the noise's level over the sound's (0: none), grown
    from `noise_seed`. `decay` is a reverberation time in seconds, `semitones` a shift of pitch (0:
    neither). `partner` and `share` mix each sound with another one (share 1: not at all).
    """

    gain: Floats
    tilt_db: Floats
    low_pass: Floats
    high_pass: Floats
    noise: Floats
    noise_seed: int
    decay: Floats
    semitones: npt.NDArray[np.int64]
    partner: npt.NDArray[np.intp]
    share: Floats

    def part(self, rank: int, world: int) -> Draw:
        """Every `world`th from `rank` on: of one process. Each is mixed with one of the same."""
        mine = {
            name: values[rank::world] for name, values in vars(self).items() if name != "noise_seed"
        }
        # Which of them comes first among the partners, second and so on: a permutation again.
        mine["partner"] = mine["partner"].argsort().argsort()
        return Draw(**mine, noise_seed=self.noise_seed + rank)


def draw(settings: AugmentationSettings, batch: int, rng: np.random.Generator) -> Draw:
    """Draw the changes of one batch."""
    tilt, low, high = _draw_filter(settings, batch, rng)
    decibels = rng.uniform(settings.noise_low_db, settings.noise_high_db, batch)
    mixed = rng.random(batch) < settings.mixup
    share = rng.beta(settings.mixup_alpha, settings.mixup_alpha, batch)
    return Draw(
        gain=_draw_gain(settings, batch, rng),
        tilt_db=tilt,
        low_pass=low,
        high_pass=high,
        noise=_where(rng.random(batch) < settings.noise, 10 ** (-decibels / 20)),
        noise_seed=int(rng.integers(2**31)),
        decay=_where(rng.random(batch) < settings.reverberation, rng.uniform(*DECAY_S, batch)),
        semitones=_draw_semitones(settings, batch, rng),
        partner=rng.permutation(batch),
        share=np.where(mixed, np.maximum(share, 1 - share), 1).astype(np.float32),
    )


def apply(x: Tensor, y: Tensor, change: Draw) -> tuple[Tensor, Tensor]:
    """Apply a draw to sound `x` `(batch, time)` and targets `y` `(batch, labels)`.

    A mixture has a target where both of its parts have one.
    """
    x = reverberated(shifted(x, change.semitones), change.decay, change.noise_seed)
    x = _filtered(x, change)
    x = x * on_device(change.gain, x.device)[:, None]
    x, y = _mixed(x, y, change)
    # A little past full scale, as decoded mp3 is; gain and noise together would go far beyond.
    return _noisy(x, change).clamp(-1.2, 1.2), y


def _draw_gain(settings: AugmentationSettings, batch: int, rng: np.random.Generator) -> Floats:
    decibels = rng.uniform(settings.gain_low_db, settings.gain_high_db, batch)
    factor = np.where(rng.random(batch) < settings.gain, 10 ** (decibels / 20), 1.0)
    sign = np.where(rng.random(batch) < settings.polarity / 2, -1.0, 1.0)
    return (factor * sign).astype(np.float32)


def _draw_semitones(
    settings: AugmentationSettings, batch: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    steps = rng.integers(1, settings.pitch_semitones + 1, batch) * rng.choice((-1, 1), batch)
    return np.where(rng.random(batch) < settings.pitch_shift, steps, 0)


def _draw_filter(
    settings: AugmentationSettings, batch: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    filtered = rng.random(batch) < settings.filter
    kind = rng.choice(3, batch, p=(0.5, 0.25, 0.25))
    return (
        _where(filtered & (kind == 0), rng.uniform(-TILT_DB, TILT_DB, batch)),
        _where(filtered & (kind == 1), rng.uniform(*LOW_PASS_HZ, batch)),
        _where(filtered & (kind == 2), rng.uniform(*HIGH_PASS_HZ, batch)),
    )


def _where(chosen: npt.NDArray[np.bool_], values: npt.NDArray[np.float64]) -> Floats:
    return np.where(chosen, values, 0).astype(np.float32)


def _filtered(x: Tensor, change: Draw) -> Tensor:
    rows = np.flatnonzero((change.tilt_db != 0) | (change.low_pass + change.high_pass > 0))
    if not len(rows):
        return x
    chosen = on_device(rows, x.device)
    spectrum = torch.fft.rfft(x[chosen]) * _responses(change, rows, x.shape[-1], x.device)
    return x.index_copy(0, chosen, torch.fft.irfft(spectrum, n=x.shape[-1]))


def _responses(
    change: Draw, rows: npt.NDArray[np.intp], samples: int, device: torch.device
) -> Tensor:
    """Magnitude responses `(rows, samples // 2 + 1)`; Butterworth slopes of order 4 and 2.

    Computed where the sound is: in NumPy they would take longer than the network's own step.
    """
    hertz = torch.fft.rfftfreq(samples, 1 / SAMPLE_RATE, device=device).clamp_min(1.0)
    octaves = ((hertz / TILT_PIVOT_HZ).log2() / TILT_OCTAVES).clamp(-1, 1)
    tilt, low, high = (
        on_device(values[rows], device)[:, None]
        for values in (change.tilt_db, change.low_pass, change.high_pass)
    )
    response = 10 ** (tilt * octaves / 20)
    response = torch.where(low > 0, (1 + (hertz / low.clamp_min(1)) ** 8).rsqrt(), response)
    return torch.where(high > 0, (1 + (high / hertz) ** 4).rsqrt(), response)


def _mixed(x: Tensor, y: Tensor, change: Draw) -> tuple[Tensor, Tensor]:
    if (change.share == 1).all():
        return x, y
    share = on_device(change.share, x.device)[:, None]
    partner = on_device(change.partner, x.device)
    # A partner's unknown target (NaN) must not spread to those that are not mixed.
    mixed = torch.where(share == 1, y, share * y + (1 - share) * y[partner])
    return share * x + (1 - share) * x[partner], mixed


def _noisy(x: Tensor, change: Draw) -> Tensor:
    rows = np.flatnonzero(change.noise)
    if not len(rows):
        return x
    chosen = on_device(rows, x.device)
    noise = white_noise((len(rows), x.shape[-1]), change.noise_seed, x.device)
    level = on_device(change.noise[rows], x.device) * x[chosen].std(1)
    return x.index_add(0, chosen, noise * level[:, None])
