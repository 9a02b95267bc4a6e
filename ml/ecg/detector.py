"""R peaks of a recording that has no annotations, found by the package sleepecg (BSD-3).

Pan and Tompkins, "A real-time QRS detection algorithm", IEEE TBME 32(3), 1985, as that package has
it. It is a group of its own: `bin/setup ecg`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.ecg.beats import Array, Positions
from ml.ecg.ec57 import MATCH_SECONDS, matched
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
    if len(signal) < RATE or np.ptp(signal) == 0:
        return np.zeros(0, np.int64)
    found: Positions = np.asarray(detect_heartbeats(signal.astype(np.float64), RATE), np.int64)
    return found


@dataclass(frozen=True)
class Detection:
    """Beats of the annotations that were detected or missed, and detections that are no beat."""

    detected: int
    missed: int
    false: int

    @property
    def sensitivity(self) -> float:
        return self.detected / max(1, self.detected + self.missed)

    @property
    def predictivity(self) -> float:
        return self.detected / max(1, self.detected + self.false)


def compare(signal: Array, reference: Positions) -> Detection:
    """The peaks found as `signal` comes second by second, against the `reference` ones.

    What is found before the first or after the last of these does not count.
    """
    detector = SlidingDetector()
    seconds = (signal[begin : begin + RATE] for begin in range(0, len(signal), RATE))
    found = np.concatenate([detector.push(samples) for samples in seconds])
    reach = round(MATCH_SECONDS * RATE)
    if len(reference):
        found = found[(found >= reference[0] - reach) & (found <= reference[-1] + reach)]
    matches = len(matched(reference, found, RATE)[0])
    return Detection(matches, len(reference) - matches, len(found) - matches)


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
