"""What is done to sound: levels, rooms, one over another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.signal import fftconvolve

from distillation.clips import MP3, Sound, read_labels, read_standin
from distillation.labelling import RATE
from ml.config.labels import LABEL_NAMES

from .store import decode

QUIETEST_DB = 18.0
VOICES = (
    "vocal", "vocals", "singing", "voice", "female", "male", "woman", "man", "choir", "choral",
    "opera", "female vocal", "male vocal", "female voice", "male voice",
)  # fmt: skip
INSTRUMENTAL_BELOW = 0.07


def room(sound: Sound, rng: np.random.Generator) -> Sound:
    """A little reverberation, and more or less treble."""
    tail_s = rng.uniform(0.1, 0.9)
    times = np.arange(int(tail_s * RATE)) / RATE
    # Noise that falls by 60 dB until the tail ends.
    echo = rng.standard_normal(len(times)) * 10 ** (-3 * times / tail_s)
    wet = fftconvolve(sound, echo)[: len(sound)]
    wet *= np.sqrt(np.mean(sound**2) / (np.mean(wet**2) + 1e-12))
    mixed = sound + rng.uniform(0, 0.6) * wet
    tilt = rng.uniform(-0.3, 0.6)
    return np.append(mixed[0], mixed[1:] - tilt * mixed[:-1]).astype(np.float32)


def levelled(sound: Sound, rng: np.random.Generator) -> Sound:
    """Its peak between full scale and QUIETEST_DB below it."""
    peak = 10 ** (-rng.uniform(0, QUIETEST_DB) / 20)
    return sound * np.float32(peak / (np.abs(sound).max() + 1e-6))


def over(voice: Sound, music: Sound, gain_db: float) -> Sound:
    """The voice louder than the music by `gain_db`, where it is heard at all."""
    loud = voice[np.abs(voice) > 0.1 * np.abs(voice).max()]
    level = np.sqrt(np.mean(loud**2)) / (np.sqrt(np.mean(music**2)) + 1e-6)
    return music[: len(voice)] * np.float32(level * 10 ** (-gain_db / 20)) + voice


def passage(path: Path, samples: int, rng: np.random.Generator) -> Sound:
    """A random part of a file; a shorter one again and again."""
    whole = decode(path)
    start = int(rng.integers(0, max(1, len(whole) - samples)))
    return np.resize(whole[start:], samples)


def instrumentals(standin: Path) -> list[Path]:
    """Recordings of the train side in which the teachers find no voice in any segment."""
    annotations, soft = read_labels(standin)
    columns = [LABEL_NAMES.index(tag) for tag in VOICES]
    top = dict(zip(annotations.paths, soft[:, :, columns].max((1, 2)), strict=True))
    return [
        standin / MP3 / clip.path
        for clip in read_standin(standin)
        if not clip.held_out and clip.kind == "recorded" and top[clip.path] < INSTRUMENTAL_BELOW
    ]
