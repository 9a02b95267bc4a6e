"""The score mixed down and written as a file. The same bytes of sound each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from .instruments import RATE, Sound
from .score import BAR, BARS, song

SECONDS = BARS * BAR
_LOUDEST = 0.89  # -1 dB of full scale
_FRAME = 4_096


def mixed() -> NDArray[np.float32]:
    """The whole song, `(2, time)` at RATE, within ±1."""
    mix = np.zeros((2, round((SECONDS + 2) * RATE)), np.float32)
    sounds: dict[tuple[Any, ...], Sound] = {}  # most notes are played many times
    for event in song():
        play, *note = event.sound
        if event.sound not in sounds:
            sounds[event.sound] = play(*note)
        sound, first = sounds[event.sound], round(event.start * RATE)
        sides = np.sqrt([(1 - event.pan) / 2, (1 + event.pan) / 2]).astype(np.float32)
        place = mix[:, first : first + len(sound)]
        place += event.level * sides[:, None] * sound[: place.shape[1]]
    mix = np.tanh(mix[:, : round(SECONDS * RATE)])
    mix[:, -RATE:] *= np.linspace(1, 0, RATE, dtype=np.float32)
    loudest: NDArray[np.float32] = (_LOUDEST / np.abs(mix).max() * mix).astype(np.float32)
    return loudest


def write_sample(path: Path) -> None:
    """Write the song to `path`: FLAC, 16 bit, 44.1 kHz, stereo. Raises OSError."""
    samples = np.rint(mixed() * 32_767).astype(np.int16)
    with av.open(str(path), "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE, layout="stereo")
        for first in range(0, samples.shape[1], _FRAME):
            part = samples[:, first : first + _FRAME].T.reshape(1, -1)
            frame = AudioFrame.from_ndarray(np.ascontiguousarray(part), "s16", "stereo")
            frame.sample_rate, frame.pts = RATE, first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
