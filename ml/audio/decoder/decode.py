"""A file as a stream of mono blocks at the network's rate. Runs in the sandboxed decoder."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ml.audio.open import AudioFile
from ml.audio.types import (
    SAMPLE_RATE,
    AudioError,
    AudioInfo,
    Damage,
    DecodeLimits,
    Samples,
    damaged,
    too_long,
)

from .container import describe, open_audio
from .frames import decoded_frames, to_mono
from .high_pass import HighPass
from .resample import BandLimiter

Frame = NDArray[np.generic]

# Resampled at a time: long enough to keep soxr busy, short enough to report progress.
_BLOCK_SECONDS = 2.0


class Pass:
    """One pass over a file: iterate it for float32 mono blocks of shape `(time,)` at 22,050 Hz.

    `info` is the header's word and is there with the first block, `damage` counts as it goes.
    """

    def __init__(self, file: AudioFile, limits: DecodeLimits) -> None:
        self.file = file
        self.limits = limits
        self.damage = Damage()
        self.info: AudioInfo | None = None

    def __iter__(self) -> Iterator[Samples]:
        with open_audio(self.file) as (container, stream):
            self.info = describe(container, stream)
            if (self.info.duration or 0) > self.limits.max_seconds:
                raise too_long(self.limits.max_seconds)
            samples = 0
            for block in _at_network_rate(decoded_frames(container, stream, self.damage)):
                samples += len(block)
                if samples > self.limits.max_seconds * SAMPLE_RATE:
                    raise too_long(self.limits.max_seconds)
                yield block
        self._check_damage(samples)

    def _check_damage(self, samples: int) -> None:
        if self.damage.share > self.limits.max_damaged_share:
            share = f"{self.damage.damaged:,} of {self.damage.packets:,} packets"
            raise damaged(f"{share} cannot be decoded")
        if samples == 0:
            raise AudioError("empty", "The file holds no sound. Please use another copy.")


def _at_network_rate(frames: Iterator[tuple[int, Frame]]) -> Iterator[Samples]:
    """Resample frames; where the rate changes in mid-stream, each part on its own."""
    high_pass = HighPass()
    for rate, part in groupby(frames, key=lambda frame: frame[0]):
        limiter = BandLimiter(rate)
        for block in _mono((frame for _, frame in part), int(rate * _BLOCK_SECONDS)):
            yield from _unless_empty(high_pass.push(limiter.push(block)))
        rest = limiter.push(np.zeros(0, np.float32), last=True)
        yield from _unless_empty(high_pass.push(rest))


def _mono(frames: Iterator[Frame], size: int) -> Iterator[Samples]:
    """Mono blocks of at least `size` samples, shorter where the channels or the format change."""
    for _, alike in groupby(frames, key=lambda frame: (len(frame), frame.dtype)):
        for block in _gather(alike, size):
            yield to_mono(block)


def _gather(frames: Iterator[Frame], size: int) -> Iterator[Frame]:
    """Concatenate short frames to blocks of at least `size` samples (the last may be shorter)."""
    pending: list[Frame] = []
    length = 0
    for frame in frames:
        pending.append(frame)
        length += frame.shape[1]
        if length >= size:
            yield np.concatenate(pending, axis=1)
            pending, length = [], 0
    if pending:
        yield np.concatenate(pending, axis=1)


def _unless_empty(samples: Samples) -> Iterator[Samples]:
    if len(samples):
        yield samples
