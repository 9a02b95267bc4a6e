"""Sung tracks, alone and over instrumental music at many levels.

The teachers do not agree with the pitch on whether a woman sings: no label for that.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from distillation.clips import Sound
from distillation.labelling import RATE

from .sound import instrumentals, levelled, over, passage, room
from .store import Origin, Writer, decode
from .voices import mixed_rules, singing_rules

LENGTH_S = 10.8
ORIGIN = Origin("Software-Entwicklungskit, everything is remixed", "CC0-1.0")
GAIN_DB, WEIGHT = (-7.0, 9.0), 2.0
# One of so many is the voice alone.
ALONE = 5
FRAME = RATE // 20
LOUD, SUNG_SHARE, TRIES = 0.15, 0.6, 40


def sung_passage(track: Sound, rng: np.random.Generator) -> Sound | None:
    """A part of the track in which mostly someone sings; None where none was found."""
    length = round(LENGTH_S * RATE)
    level = np.sqrt((track[: len(track) // FRAME * FRAME].reshape(-1, FRAME) ** 2).mean(1))
    sings = level > LOUD * np.quantile(level, 0.98)
    for start in rng.integers(0, max(1, len(sings) - length // FRAME), TRIES):
        if sings[start : start + length // FRAME].mean() > SUNG_SHARE:
            return track[start * FRAME :][:length]
    return None


def add_stems(pool: Path, standin: Path, more: Path, count: int) -> None:
    """Add `count` clips of every track, a fifth of them the voice alone."""
    writer, music = Writer(pool), instrumentals(standin)
    for place, path in enumerate(sorted((more / "vocals").iterdir())):
        track = decode(path)
        for number in range(count):
            name, rng = f"stem-{place}-{number:03d}", np.random.default_rng([15, place, number])
            if writer.has(name) or (voice := sung_passage(track, rng)) is None:
                continue
            voice = room(voice, rng)
            if number % ALONE == 0:
                writer.add(name, "voice", levelled(voice, rng), ORIGIN, singing_rules(None))
                continue
            song, gain = music[rng.integers(len(music))], float(rng.uniform(*GAIN_DB))
            mix = levelled(over(voice, passage(song, len(voice), rng), gain), rng)
            rules = mixed_rules(None, gain, sung=True)
            writer.add(name, "voice-mix", mix, ORIGIN.over(song.name), rules, weight=WEIGHT)
