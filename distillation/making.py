"""Clips made of recorded train clips, old and new: sums of two, and faster or slower ones."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import soxr
from tqdm import tqdm

from .clips import (
    MP3,
    NewClip,
    Scores,
    Sound,
    append,
    read_labels,
    read_new,
    read_standin,
    recorded,
)
from .cutting import LENGTH_S, WANTED, encode
from .labelling import RATE, Teachers, read

SAMPLES = round(LENGTH_S * RATE)
FADE = RATE // 20
QUIETER_DB = 9.0
FACTORS = ((0.84, 0.96), (1.04, 1.19))
# Clips among the highest in a wanted tag are drawn more often.
HIGH, OFTEN = 0.975, 4.0


class Recording(NamedTuple):
    """A clip to make others of, with its mean scores."""

    path: Path
    source: str
    mean: Scores


def fill(sound: Sound) -> Sound:
    """A clip of the full length: a shorter one starts again, over a short cross-fade."""
    ramp = np.linspace(0, 1, FADE, dtype=np.float32)
    while len(sound) < SAMPLES:
        joint = sound[-FADE:] * (1 - ramp) + sound[:FADE] * ramp
        sound = np.concatenate([sound[:-FADE], joint, sound[FADE:]])
    return sound[:SAMPLES]


def loudness(sound: Sound) -> np.float32:
    level: np.float32 = np.sqrt(np.mean(sound**2)) + np.float32(1e-6)
    return level


def mixed(first: Sound, second: Sound, gain_db: float) -> Sound:
    """The sum, the second louder than the first by `gain_db`; as loud as the first alone was."""
    first, second = fill(first), fill(second)
    gain = loudness(first) / loudness(second) * np.float32(10 ** (gain_db / 20))
    total = first + second * gain
    return total * (loudness(first) / loudness(total))


def varispeed(sound: Sound, factor: float) -> Sound:
    """Faster and higher by `factor`, like a tape."""
    return fill(soxr.resample(sound, RATE * factor, RATE))


def recordings(standin: Path, clips: Path) -> list[Recording]:
    """The recorded train clips, the stand-in's and the new ones."""
    annotations, soft = read_labels(standin)
    means = dict(zip(annotations.paths, soft.mean(1, np.float32), strict=True))
    return [
        Recording(standin / MP3 / clip.path, clip.source, means[clip.path])
        for clip in recorded(read_standin(standin), held_out=False)
    ] + [
        Recording(clips / MP3 / clip.file, clip.source, clip.scores.mean(0))
        for clip in read_new(clips)
        if clip.kind == "recorded"
    ]


def chances(means: Scores) -> npt.NDArray[np.float64]:
    """How likely each recording is to be drawn."""
    high = (means[:, WANTED] >= np.quantile(means[:, WANTED], HIGH, axis=0)).any(1)
    weights = np.where(high, OFTEN, 1.0)
    return weights / weights.sum()


def make_clips(standin: Path, weights: Path, clips: Path, count: int) -> None:
    """Add `count` clips of either kind to those in `clips`, labelled by what they sound like."""
    teachers, rng = Teachers(weights), np.random.default_rng(2)
    pool = recordings(standin, clips)
    likely = chances(np.array([recording.mean for recording in pool]))

    def add(sound: Sound, file: str, source: str, *made_of: str) -> None:
        path = clips / MP3 / file
        save(sound, path)
        scores = teachers.label(read(path))
        append(clips, NewClip(file, source, file.split("-")[0], scores, made_of=made_of))

    for k in tqdm(range(1, count + 1), unit="pair", disable=None):
        one, two = (pool[row] for row in rng.choice(len(pool), 2, replace=False))
        gain = round(rng.uniform(-QUIETER_DB, 0), 1)
        sound, source = mixed(read(one.path), read(two.path), gain), f"{one.source} + {two.source}"
        add(sound, f"mixed-{k:04d}.mp3", source, one.path.name, two.path.name, str(gain))
        one = pool[rng.choice(len(pool), p=likely)]
        factor = round(rng.uniform(*FACTORS[rng.integers(2)]), 3)
        sound = varispeed(read(one.path), factor)
        add(sound, f"varispeed-{k:04d}.mp3", one.source, one.path.name, str(factor))


def save(sound: Sound, path: Path) -> None:
    sound = sound / max(1.0, float(np.abs(sound).max()) / 0.98)
    source = ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    if not encode(source, path, sound.astype("<f4").tobytes()):
        raise ValueError(f"{path} could not be written.")
