"""Bringing any rate to 22,050 Hz, with nothing above 8 kHz.

MagnaTagATune's own files are 16 kHz, so a network trained on them has never seen the octave
above 8 kHz; music at 44.1 kHz must not surprise it there. Everything faster than 16 kHz is
therefore resampled to 16 kHz first and from there to the network's rate.
"""

from __future__ import annotations

from itertools import pairwise

import soxr

from ml.audio.types import SAMPLE_RATE, Samples

BAND_RATE = 16_000


class BandLimiter:
    """A stream from `rate` Hz to 22,050 Hz below 8 kHz; mono float32 of shape `(time,)`."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        rates = [rate, BAND_RATE, SAMPLE_RATE] if rate > BAND_RATE else [rate, SAMPLE_RATE]
        self._stages = [
            soxr.ResampleStream(source, target, 1, dtype="float32", quality="HQ")
            for source, target in pairwise(rates)
        ]

    def push(self, samples: Samples, *, last: bool = False) -> Samples:
        """Resample the next samples; `last` also returns what the filters still hold."""
        for stage in self._stages:
            samples = stage.resample_chunk(samples, last=last)
        return samples
