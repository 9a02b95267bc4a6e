"""A waveform's outline for drawing: the lowest and highest sample of equal stretches of time.

Made while streaming, in bounded memory, without knowing the length beforehand: when the buckets
run out, neighbours are merged and each bucket covers twice the time from there on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Twice the pixels of a wide screen, as a recording has at least half of them.
MAX_BUCKETS = 4_096
# 3 ms: a sound shorter than that has one bucket; 4,096 of them are 12 s.
_FIRST_BUCKET = 64


class PeakMeter:
    """Collects the peaks of a mono stream; between half of and all `MAX_BUCKETS` for long ones."""

    def __init__(self) -> None:
        self.bucket_samples = _FIRST_BUCKET
        self._peaks = np.zeros((MAX_BUCKETS, 2), np.float32)
        self._count = 0
        self._rest = np.zeros(0, np.float32)

    def push(self, samples: NDArray[np.float32]) -> None:
        """Add the stream's next samples: float32 of shape `(time,)`, full scale ±1."""
        samples = np.concatenate([self._rest, samples])
        while len(samples) >= self.bucket_samples:
            samples = samples[self._fill(samples) :]
        self._rest = samples.copy()

    def result(self) -> NDArray[np.int8]:
        """All peaks: int8 of shape `(2 * buckets,)`, min and max in turn, full scale ±127."""
        peaks = self._peaks[: self._count]
        if len(self._rest):
            peaks = np.concatenate([peaks, _min_max(self._rest[None, :])])
        return np.clip(np.rint(peaks * 127), -127, 127).astype(np.int8).reshape(-1)

    def _fill(self, samples: NDArray[np.float32]) -> int:
        """Fill free buckets from `samples`; returns how many samples that took."""
        buckets = min(len(samples) // self.bucket_samples, MAX_BUCKETS - self._count)
        used = buckets * self.bucket_samples
        rows = samples[:used].reshape(buckets, self.bucket_samples)
        self._peaks[self._count : self._count + buckets] = _min_max(rows)
        self._count += buckets
        if self._count == MAX_BUCKETS:
            self._merge()
        return used

    def _merge(self) -> None:
        self._count //= 2
        self.bucket_samples *= 2
        low, high = self._peaks[:, 0], self._peaks[:, 1]
        self._peaks[: self._count, 0] = low.reshape(-1, 2).min(axis=1)
        self._peaks[: self._count, 1] = high.reshape(-1, 2).max(axis=1)


def _min_max(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.stack([rows.min(axis=1), rows.max(axis=1)], axis=1)
