"""The whole pool in a device's memory, and crops of it without a word from the host.

One flat int16 tensor holds the sound of all clips, one table the scores of all segments; which
clip, which place and which speed are drawn on the device, so that no copy makes the host wait.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .packs import Entry
from .targets import Targets

SAMPLE_RATE, SEGMENT_SAMPLES = 22_050, 59_049
FULL_SCALE = 32_767.0
# Samples that are carried to the device at once.
PART = 1 << 28
# The product hears nothing above 8 kHz; a codec fills that band with noise of its own.
BAND_EDGE_HZ = (7500.0, 8000.0)


@dataclass(frozen=True)
class Crops:
    """Sound float32 `(batch, time)`, targets and whether each is known `(batch, tags)`.

    `clip` `(batch,)` says which clip each is of, `weight` `(batch,)` how much its loss counts.
    """

    sound: Tensor
    target: Tensor
    known: Tensor
    clip: Tensor
    weight: Tensor


class Resident:
    """The clips of one split. `samples` int16 `(time,)`, `starts` `(clips,)` on the device."""

    def __init__(
        self, samples: Tensor, starts: Tensor, targets: Targets, chosen: list[int]
    ) -> None:
        device = samples.device
        rows, scores = targets.rows(), torch.from_numpy(targets.bounded())
        self.samples, self.starts = samples, starts
        self.segments = torch.from_numpy(targets.segments[chosen]).to(device)
        self.rows = torch.from_numpy(rows[chosen]).to(device)
        self.known = (~scores.isnan()).to(device)
        self.scores = scores.nan_to_num(0).to(device)
        self.chances = torch.from_numpy(targets.chances[chosen]).to(device)
        self.weights = torch.from_numpy(targets.weights[chosen]).to(device)
        self.kinds = [targets.kinds[k] for k in chosen]
        self.hard = targets.hard[chosen]
        self._window = torch.arange(SEGMENT_SAMPLES, device=device)

    def __len__(self) -> int:
        return len(self.starts)

    def draw(self, count: int, chances: Tensor | None = None) -> Tensor:
        """`count` clips `(count,)`, drawn by their chances."""
        return torch.multinomial(self.chances if chances is None else chances, count, True)

    def crops(self, clip: Tensor, place: Tensor, speed: Tensor | None = None) -> Crops:
        """A crop of each of the clips `(batch,)`; `place` in [0, 1) is where in its clip it begins.

        `speed` `(batch,)` is the share of its own speed that each is played at (tape, not time
        stretching). Targets are those of the segments it overlaps, by their shares.
        """
        rate = torch.ones_like(place) if speed is None else speed
        whole = self.segments[clip] * SEGMENT_SAMPLES
        room = (whole - SEGMENT_SAMPLES * rate).clamp_min(0)
        first = (place * (room + 1)).floor().clamp_max(whole - 1)
        sound = self._whole(clip, first) if speed is None else self._stretched(clip, first, rate)
        target, known = self._targets(clip, first)
        return Crops(sound, target, known, clip, self.weights[clip])

    def segment(self, clip: Tensor, number: Tensor) -> Crops:
        """Whole segments: number `(batch,)` of each of the clips `(batch,)`."""
        first = (number * SEGMENT_SAMPLES).float()
        target, known = self._targets(clip, first)
        return Crops(self._whole(clip, first), target, known, clip, self.weights[clip])

    def whole(self, clip: Tensor, segments: int) -> Tensor:
        """All of each of the clips `(batch,)`, which have as many segments: `(batch, time)`."""
        window = torch.arange(segments * SEGMENT_SAMPLES, device=self.samples.device)
        return self.samples[self.starts[clip][:, None] + window].float() / FULL_SCALE

    def targets(self, clip: Tensor, number: Tensor) -> tuple[Tensor, Tensor]:
        """Targets of whole segments, and whether they are known, `(batch, tags)`."""
        return self._targets(clip, (number * SEGMENT_SAMPLES).float())

    def _whole(self, clip: Tensor, first: Tensor) -> Tensor:
        index = (self.starts[clip] + first.long())[:, None] + self._window
        return self.samples[index].float() / FULL_SCALE

    def _stretched(self, clip: Tensor, first: Tensor, rate: Tensor) -> Tensor:
        """Cubic (Catmull-Rom) interpolation between samples; beyond a clip's end is silence."""
        offset = self._window * rate[:, None]
        whole = offset.floor()
        share = offset - whole
        position = first.long()[:, None] + whole.long()
        last = (self.segments[clip] * SEGMENT_SAMPLES - 1)[:, None]
        before, here, after, later = (
            self._at(clip, position + ahead, last) for ahead in (-1, 0, 1, 2)
        )
        return here + 0.5 * share * (
            after
            - before
            + share
            * (
                2 * before
                - 5 * here
                + 4 * after
                - later
                + share * (3 * (here - after) + later - before)
            )
        )

    def _at(self, clip: Tensor, position: Tensor, last: Tensor) -> Tensor:
        inside = (position >= 0) & (position <= last)
        index = self.starts[clip][:, None] + torch.minimum(position.clamp_min(0), last)
        return self.samples[index].float() / FULL_SCALE * inside

    def _targets(self, clip: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
        position = first / SEGMENT_SAMPLES
        number = position.long()
        share = (position - number)[:, None]
        last = self.segments[clip] - 1
        here = self.rows[clip] + torch.minimum(number, last)
        after = self.rows[clip] + torch.minimum(number + 1, last)
        target = torch.lerp(self.scores[here], self.scores[after], share)
        return target, self.known[here] & self.known[after]


def load(folder: Path, targets: Targets, device: torch.device) -> tuple[Tensor, dict[int, int]]:
    """The unpacked sound in `folder` on the device, and where in it each clip begins.

    Clips whose sound is not there are left out, and said to be so.
    """
    places = {name: k for k, name in enumerate(targets.names)}
    parts: list[Tensor] = []
    starts: dict[int, int] = {}
    ends, total = list[int](), 0
    for index in sorted(folder.glob("*.json")):
        entries = [Entry(**value) for value in json.loads(index.read_text(encoding="utf-8"))]
        samples = np.load(index.with_suffix(".samples"), mmap_mode="r")
        parts.append(_carried(samples, device))
        for entry in entries:
            if entry.name in places:
                starts[places[entry.name]] = total
                _check(entry, int(targets.segments[places[entry.name]]))
            total += entry.samples
            ends.append(total)
    sound = torch.cat(parts)
    _limit_band(sound, ends)
    lacking = len(targets) - len(starts)
    hours = total / SAMPLE_RATE / 3600
    print(f"{len(starts)} clips, {hours:.2f} h; without sound: {lacking}", flush=True)
    return sound, starts


def split(
    sound: Tensor, starts: dict[int, int], targets: Targets, names: tuple[str, ...]
) -> tuple[Resident, list[int]]:
    """The clips of these splits, and which of the targets' clips they are."""
    chosen = sorted(k for k in starts if targets.splits[k] in names)
    places = torch.tensor([starts[k] for k in chosen], device=sound.device)
    return Resident(sound, places, targets, chosen), chosen


def _check(entry: Entry, segments: int) -> None:
    if entry.samples < segments * SEGMENT_SAMPLES or segments < 1:
        raise ValueError(
            f"{entry.name} has {entry.samples} samples, fewer than its {segments} segments take."
        )


def band_response(samples: int, device: torch.device) -> Tensor:
    """1 below the band's edge, 0 above it, `(samples // 2 + 1,)`."""
    hertz = torch.fft.rfftfreq(samples, 1 / SAMPLE_RATE, device=device)
    low, high = BAND_EDGE_HZ
    return 0.5 + 0.5 * ((hertz - low) / (high - low)).clamp(0, 1).mul(torch.pi).cos()


def _limit_band(sound: Tensor, ends: list[int]) -> None:
    """Take out of each clip, in place, what the codec put above the band."""
    first = 0
    responses: dict[int, Tensor] = {}
    for end in ends:
        clip = sound[first:end]
        if len(clip) not in responses:
            responses[len(clip)] = band_response(len(clip), sound.device)
        spectrum = torch.fft.rfft(clip.float()) * responses[len(clip)]
        limited = torch.fft.irfft(spectrum, n=len(clip)).round()
        sound[first:end] = limited.clamp(-FULL_SCALE, FULL_SCALE).to(torch.int16)
        first = end


def _carried(samples: np.ndarray, device: torch.device) -> Tensor:
    whole = torch.empty(len(samples), dtype=torch.int16, device=device)
    for first in range(0, len(samples), PART):
        part = np.array(samples[first : first + PART])
        whole[first : first + PART] = torch.from_numpy(part).to(device)
    return whole
