"""Listening to one heart as it beats: learn for five minutes, then call every beat.

What is said of a beat depends on the samples up to the R peak of the next one and a tenth of the
interval between them (three tenths of a second after its own, if that is later): the one beat of
delay that the trio needs. Nothing said is taken back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from torch import nn

from ml.ecg.aami import CLASSES, N
from ml.ecg.beats import (
    COMPLEX_SECONDS,
    INTERVAL_BEATS,
    MARGIN,
    Array,
    Positions,
    View,
    beat_inputs,
)
from ml.ecg.decision import Decision
from ml.ecg.fit import probabilities
from ml.ecg.records import RATE

# Peaks kept for the beats to come: as many as any view looks back, the beat and the next one.
KEPT_PEAKS = INTERVAL_BEATS + 4
# Samples kept before the first of them: the trio's tenth of a pause of a minute.
KEPT_SAMPLES = 6 * RATE


@dataclass(frozen=True)
class Call:
    """One beat: its R peak in samples, its class (an index of CLASSES) and that one's score."""

    position: int
    name: int
    score: float

    @property
    def abnormal(self) -> bool:
        return self.name != N

    def __str__(self) -> str:
        return f"{clock(self.position)} {CLASSES[self.name]} {self.score:.2f}"


@dataclass(frozen=True)
class AlarmEvent:
    """So many of the last beats were abnormal, as of the beat at `position`."""

    position: int
    abnormal: int
    beats: int

    def __str__(self) -> str:
        return f"{clock(self.position)} ALARM {self.abnormal} of {self.beats} beats abnormal"


def clock(position: int) -> str:
    """Samples as minutes and seconds, `12:07`."""
    minutes, seconds = divmod(position // RATE, 60)
    return f"{minutes:02}:{seconds:02}"


class BeatStream:
    """Gives the inputs of beats as soon as all that they show has come."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._signal = np.zeros(0, np.float32)
        self._begin = 0
        self._peaks = np.zeros(0, np.int64)
        self._next = 1

    def push(self, samples: Array, peaks: Positions) -> tuple[Positions, Array]:
        """Positions `(beats,)` and inputs `(beats, channels, SAMPLES)` of the beats now complete.

        `peaks` follow those given before, none beyond the samples given so far.
        """
        self._signal = np.concatenate([self._signal, samples])
        self._peaks = np.concatenate([self._peaks, peaks])
        until = self._complete()
        if until <= self._next:
            return np.zeros(0, np.int64), beat_inputs(self._signal, peaks[:0], self._view)
        shown = self._peaks[: until + 1] - self._begin
        inputs = beat_inputs(self._signal, shown, self._view)[self._next - 1 :]
        positions = self._peaks[self._next : until]
        self._next = until
        self._forget()
        return positions, inputs

    def _complete(self) -> int:
        """The index of the first peak whose beat still waits for something."""
        ends = self._peaks[1:] + MARGIN * np.diff(self._peaks)
        ends = np.maximum(ends, self._peaks[:-1] + COMPLEX_SECONDS[1] * RATE) + 2
        waiting = np.flatnonzero(ends > self._begin + len(self._signal))
        return int(waiting[0]) if len(waiting) else max(0, len(self._peaks) - 1)

    def _forget(self) -> None:
        dropped = max(0, self._next - KEPT_PEAKS)
        self._peaks = self._peaks[dropped:]
        self._next -= dropped
        keep = max(0, int(self._peaks[0] - self._begin) - KEPT_SAMPLES)
        self._signal = self._signal[keep:]
        self._begin += keep


class Alarm:
    """Goes off when `least` of the last `beats` were abnormal, and again after it was quiet."""

    def __init__(self, least: int, beats: int) -> None:
        if not 1 <= least <= beats:
            raise ValueError(f"An alarm after {least} of {beats} beats can never go off as meant.")
        self._least = least
        self._recent: deque[bool] = deque(maxlen=beats)
        self._on = False

    def push(self, call: Call) -> AlarmEvent | None:
        self._recent.append(call.abnormal)
        abnormal = sum(self._recent)
        before, self._on = self._on, abnormal >= self._least
        if self._on and not before:
            return AlarmEvent(call.position, abnormal, len(self._recent))
        return None


class Monitor:
    """A trained network that listens; `alarm` is told every beat that `decide` gave a name."""

    def __init__(
        self, network: nn.Module, stream: BeatStream, alarm: Alarm, decide: Decision
    ) -> None:
        self._network, self._stream, self._alarm = network, stream, alarm
        self._decide = decide

    def push(self, samples: Array, peaks: Positions) -> Iterator[Call | AlarmEvent]:
        """Every beat that is complete now, and an alarm behind the beat that set it off."""
        positions, inputs = self._stream.push(samples, peaks)
        if not len(positions):
            return
        names, scores = self._decide(probabilities(self._network, inputs))
        for position, name, score in zip(positions.tolist(), names, scores, strict=True):
            call = Call(position, int(name), float(score))
            yield call
            if warning := self._alarm.push(call):
                yield warning
