"""The teachers' answers on the device that trains, for the sound that is there anyway.

musicnn hears log-mel spectra of 16 kHz sound: both steps are computed for many clips at once. On
the stand-in's clips the scores are those that the CPU's own way gives, but for what packing the
sound does to it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from distillation.networks import TAGS, VGG, Musicnn, read_variables
from ml.runtime.cpu import has_fast_bfloat16

from .resident import SAMPLE_RATE, SEGMENT_SAMPLES, Resident
from .targets import Targets

RATE, HOP = 16_000, 256
FRAMES = 187
# Both rates over their greatest common divisor.
OLD, NEW = 441, 320
ZEROS, ROLL_OFF, BETA = 32, 0.95, 10.0
CLIPS_AT_ONCE, WINDOWS_AT_ONCE = 16, 192
HALF_LARGEST = 65_504.0


def resampling_filters(device: torch.device) -> Tensor:
    """One filter for each of the NEW phases, `(NEW, 1, width)`: sinc in a Kaiser window."""
    cutoff = ROLL_OFF * NEW / OLD
    half = math.ceil(ZEROS / cutoff)
    phase = torch.arange(NEW, dtype=torch.float64)[:, None] * OLD / NEW
    time = torch.arange(-half, OLD + half, dtype=torch.float64)[None] - phase
    window = torch.special.i0(BETA * (1 - (time / half).clamp(-1, 1) ** 2).sqrt())
    kernel = cutoff * torch.sinc(cutoff * time) * window / torch.special.i0(torch.tensor(BETA))
    kernel[time.abs() > half] = 0
    return kernel[:, None].float().to(device)


def resampled(sound: Tensor, filters: Tensor) -> Tensor:
    """`(clips, time)` at 22,050 Hz to 16,000 Hz."""
    half = (filters.shape[-1] - OLD) // 2
    padded = F.pad(sound[:, None], (half, half + OLD))
    phases = F.conv1d(padded, filters, stride=OLD)
    length = math.ceil(sound.shape[-1] * NEW / OLD)
    return phases.transpose(1, 2).flatten(1)[:, :length]


def log_mel(sound: Tensor, mel: Tensor) -> Tensor:
    """`(clips, time)` at 16 kHz to `(clips, frames, bands)`; `mel` is `(bands, 257)`."""
    window = torch.hann_window(2 * HOP, device=sound.device)
    spectrum = torch.stft(
        sound, 2 * HOP, HOP, window=window, center=True, pad_mode="constant", return_complex=True
    )
    power = (mel @ spectrum.abs().square()).transpose(1, 2).clamp_max(HALF_LARGEST)
    return torch.log10(10_000 * power.half().float() + 1)


def windows(spectra: Tensor, segments: int) -> Tensor:
    """The 3 s around each segment, within its clip: `(clips · segments, 187, bands)`."""
    hops = SEGMENT_SAMPLES / SAMPLE_RATE * RATE / HOP
    spectra = F.pad(spectra, (0, 0, 0, max(FRAMES - spectra.shape[1], 0)))
    last = spectra.shape[1] - FRAMES
    centred = (round((k + 0.5) * hops - FRAMES / 2) for k in range(segments))
    starts = [min(max(start, 0), last) for start in centred]
    return torch.stack([spectra[:, a : a + FRAMES] for a in starts], 1).flatten(0, 1)


class Teachers:
    """All four networks on a device; `mel` `(bands, 257)` are librosa's filters."""

    def __init__(
        self, weights: Path, mel: npt.NDArray[np.float32], tags: list[str], device: torch.device
    ) -> None:
        def variables(name: str) -> dict[str, Tensor]:
            return {k: v.to(device) for k, v in read_variables(weights / f"{name}.npz").items()}

        native = device.type != "cpu" or has_fast_bfloat16()
        kind = torch.bfloat16 if native else torch.float32
        self._first = Musicnn(variables("MTT_musicnn"), kind), VGG(variables("MTT_vgg"), kind)
        self._second = Musicnn(variables("MSD_musicnn"), kind), VGG(variables("MSD_vgg"), kind)
        self._order = [TAGS.index(name) for name in tags[: len(TAGS)]]
        self._mel = torch.from_numpy(mel).float().to(device)
        self._filters = resampling_filters(device)

    @torch.inference_mode()
    def scores(self, sound: Tensor, segments: int) -> Tensor:
        """`(clips, time)` at 22,050 Hz to `(clips · segments, 100)`."""
        heard = windows(log_mel(resampled(sound, self._filters), self._mel), segments)
        return torch.cat([self._asked(part) for part in heard.split(WINDOWS_AT_ONCE)])

    def _asked(self, heard: Tensor) -> Tensor:
        musicnn, vgg = self._first
        first = ((musicnn(heard) + vgg(heard)) / 2)[:, self._order]
        musicnn, vgg = self._second
        # The better network counts twice.
        return torch.cat([first, (2 * musicnn(heard) + vgg(heard)) / 3], 1)


def hear(pool: Resident, clips: list[int], targets: Targets, teachers: Teachers) -> Targets:
    """`targets` with every score that is missing; `clips` says which of its clips `pool` holds."""
    scores, rows = targets.scores.copy(), targets.rows()
    given = ~np.isnan(scores)
    heard = np.full_like(scores, np.nan)
    order = sorted(range(len(clips)), key=lambda k: targets.segments[clips[k]])
    for first in range(0, len(order), CLIPS_AT_ONCE):
        for count, part in _alike(order[first : first + CLIPS_AT_ONCE], clips, targets):
            there = torch.tensor(part, device=pool.samples.device)
            found = teachers.scores(pool.whole(there, count), count).float().cpu().numpy()
            for k, row_scores in zip(part, found.reshape(len(part), count, -1), strict=True):
                row = rows[clips[k]]
                heard[row : row + count] = row_scores
    _tell_difference(heard, scores, given)
    scores[~given] = heard[~given]
    return replace(targets, scores=scores)


def _alike(part: list[int], clips: list[int], targets: Targets) -> list[tuple[int, list[int]]]:
    """The clips of a part by their number of segments."""
    counts = sorted({int(targets.segments[clips[k]]) for k in part})
    return [(n, [k for k in part if targets.segments[clips[k]] == n]) for n in counts]


def _tell_difference(
    heard: npt.NDArray[np.float32], given: npt.NDArray[np.float32], known: npt.NDArray[np.bool_]
) -> None:
    both = known & ~np.isnan(heard)
    if both.any():
        away = float(np.abs(heard - given)[both].mean())
        alike = float(np.corrcoef(heard[both], given[both])[0, 1])
        print(f"heard against given: {away:.4f} apart, correlation {alike:.4f}", flush=True)
