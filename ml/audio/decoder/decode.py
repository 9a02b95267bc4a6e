"""A file as a stream of mono blocks at the network's rate. Runs in the sandboxed decoder."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

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
from .frames import decoded_blocks, to_mono
from .high_pass import HighPass
from .resample import BandLimiter

Block = NDArray[np.generic]

# Resampled at a time: long enough to keep soxr busy, short enough to report progress.
_BLOCK_SECONDS = 1.0


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
            blocks = decoded_blocks(container, stream, self.damage, _BLOCK_SECONDS)
            for block in _at_network_rate(blocks):
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


def _at_network_rate(blocks: Iterator[tuple[int, Block]]) -> Iterator[Samples]:
    """Resample blocks; where the rate changes in mid-stream, each part on its own."""
    high_pass = HighPass()
    for rate, part in groupby(blocks, key=itemgetter(0)):
        limiter = BandLimiter(rate)
        for _, block in part:
            yield from _unless_empty(high_pass.push(limiter.push(to_mono(block))))
        rest = limiter.push(np.zeros(0, np.float32), last=True)
        yield from _unless_empty(high_pass.push(rest))


def _unless_empty(samples: Samples) -> Iterator[Samples]:
    if len(samples):
        yield samples
