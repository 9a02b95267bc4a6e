"""Music of our own making, so that it is known what a tagger ought to hear in it.

Each function gives float32 `(1, time)` at 22,050 Hz.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ml.audio.reading import SAMPLE_RATE

Wave = NDArray[np.float64]


def plucked_strings(seconds: float) -> NDArray[np.float32]:
    """Broken chords on a plucked string (Karplus and Strong, 1983)."""
    figure, chords = (0, 7, 12, 16, 19, 16, 12, 7), (0, 5, 7, 0)
    return _mixed(
        seconds,
        (
            (note * 0.25, _pluck(110 * 2 ** ((figure[note % 8] + chords[note // 8 % 4]) / 12)))
            for note in range(int(seconds * 4))
        ),
    )


def dance_beat(seconds: float) -> NDArray[np.float32]:
    """A kick on every beat at 130 a minute, hats between, a saw-tooth bass off the beat."""
    beat, chords = 60 / 130, (0, 0, 3, 5)
    sounds: list[tuple[float, Wave]] = []
    for count in range(int(seconds / beat)):
        root = 55 * 2 ** (chords[count // 4 % 4] / 12)
        sounds += [(count * beat, _kick()), ((count + 0.5) * beat, _hat())]
        sounds += [((count + quarter / 4) * beat, _bass(root)) for quarter in (1, 2, 3)]
    return _mixed(seconds, sounds)


def slow_pad(seconds: float) -> NDArray[np.float32]:
    """Five soft sines that swell one after the other."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    voices = (
        np.sin(2 * np.pi * hertz * time + 0.3 * np.sin(2 * np.pi * 0.2 * time * voice))
        * (0.6 + 0.4 * np.sin(2 * np.pi * 0.1 * time + voice))
        for voice, hertz in enumerate((110, 164.8, 220, 277.2, 329.6))
    )
    return _mixed(seconds, ((0, voice) for voice in voices))


def _mixed(seconds: float, sounds: Iterable[tuple[float, Wave]]) -> NDArray[np.float32]:
    total = np.zeros(round(seconds * SAMPLE_RATE))
    for start, sound in sounds:
        room = total[round(start * SAMPLE_RATE) :][: len(sound)]
        room += sound[: len(room)]
    return (0.5 * total / np.abs(total).max()).astype(np.float32)[None]


def _decay(seconds: float, rate: float) -> tuple[Wave, Wave]:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return time, np.exp(-rate * time)


def _pluck(hertz: float, seconds: float = 1.5) -> Wave:
    period = round(SAMPLE_RATE / hertz)
    string = np.random.default_rng(period).uniform(-1, 1, period)
    turns = [string]
    for _ in range(round(seconds * SAMPLE_RATE) // period):
        turns.append(0.996 * 0.5 * (turns[-1] + np.roll(turns[-1], -1)))
    return np.concatenate(turns)


def _kick() -> Wave:
    time, decay = _decay(0.25, 12)
    return decay * np.sin(2 * np.pi * (50 * time + 4 * (1 - np.exp(-30 * time))))


def _hat() -> Wave:
    time, decay = _decay(0.05, 80)
    return 0.3 * decay * np.random.default_rng(0).standard_normal(len(time))


def _bass(hertz: float) -> Wave:
    time, decay = _decay(0.23, 6)
    return 0.4 * decay * sum(np.sin(2 * np.pi * hertz * k * time) / k for k in range(1, 12))
