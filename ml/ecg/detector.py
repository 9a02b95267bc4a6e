"""R peaks of a recording that has no annotations, found by the package sleepecg (BSD-3).

Pan and Tompkins, "A real-time QRS detection algorithm", IEEE TBME 32(3), 1985, as that package has
it. It is a group of its own: `bin/setup ecg`.
"""

from __future__ import annotations

import numpy as np

from ml.ecg.beats import Array, Positions
from ml.ecg.records import RATE, RecordError

# What the detector looks at, anew each time: its thresholds need some beats to settle.
WINDOW_SECONDS = 12
# A peak is given out once so much has come after it: what comes later no longer moves it.
DELAY_SECONDS = 0.6
# No two beats are closer: the heart's muscle does not answer again so soon.
REFRACTORY_SECONDS = 0.2


def detect(signal: Array) -> Positions:
    """R peaks in samples, `(beats,)`, of `signal` `(samples,)` at RATE.

    Raises RecordError when sleepecg is not installed.
    """
    try:
        from sleepecg import detect_heartbeats
    except ImportError as error:
        raise RecordError(
            "Without annotations the beats have to be found in the signal, for which the package "
            "sleepecg is needed: bin/setup ecg installs it."
        ) from error
    if len(signal) < RATE:
        return np.zeros(0, np.int64)
    found: Positions = np.asarray(detect_heartbeats(signal.astype(np.float64), RATE), np.int64)
    return found


class SlidingDetector:
    """Finds the peaks of a signal that is still coming; what was said once stands."""

    def __init__(self) -> None:
        self._recent = np.zeros(0, np.float32)
        self._end = 0
        self._last = -RATE

    def push(self, samples: Array) -> Positions:
        """The peaks that are certain now that `samples` `(samples,)` have come, counted from 0."""
        self._recent = np.concatenate([self._recent, samples])
        self._end += len(samples)
        begin = self._end - len(self._recent)
        peaks = begin + detect(self._recent)
        certain = self._end - round(DELAY_SECONDS * RATE)
        first = self._last + round(REFRACTORY_SECONDS * RATE)
        new = peaks[(peaks >= first) & (peaks < certain)]
        if len(new):
            self._last = int(new[-1])
        self._recent = self._recent[-WINDOW_SECONDS * RATE :]
        return new
