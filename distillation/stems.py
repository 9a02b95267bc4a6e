"""Sung tracks, alone and over instrumental music at many levels.

The teachers do not agree with the pitch on whether a woman sings: no label for that.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from distillation.clips import Sound
from distillation.labelling import RATE
from distillation.pool import Writer, decode
from distillation.voices import instrumentals, levelled, mixed_rules, over, room, singing_rules

LENGTH_S = 10.8
SINGER, LICENCE = "Software-Entwicklungskit, everything is remixed", "CC0-1.0"
SUNG_SHARE, TRIES = 0.6, 40


def passage(track: Sound, rng: np.random.Generator) -> Sound | None:
    """A part of the track in which mostly someone sings."""
    length = int(LENGTH_S * RATE)
    frame = RATE // 20
    level = np.sqrt((track[: len(track) // frame * frame].reshape(-1, frame) ** 2).mean(1))
    sings = level > 0.15 * np.quantile(level, 0.98)
    for _ in range(TRIES):
        start = int(rng.integers(0, len(sings) - length // frame))
        if sings[start : start + length // frame].mean() > SUNG_SHARE:
            return track[start * frame : start * frame + length]
    return None


def add_stems(pool: Path, standin: Path, more: Path, count: int) -> None:
    """Add `count` clips of every track over music, and a quarter as many of it alone."""
    writer, music = Writer(pool), instrumentals(standin)
    for place, path in enumerate(sorted((more / "vocals").iterdir())):
        track = decode(path)
        for number in range(count):
            rng = np.random.default_rng([15, place, number])
            name = f"stem-{place}-{number:03d}"
            if writer.has(name) or (voice := passage(track, rng)) is None:
                continue
            if number % 5 == 0:
                rules = singing_rules(None)
                writer.add(name, levelled(room(voice, rng), rng), source=SINGER, kind="voice",
                           licence=LICENCE, rules=rules)  # fmt: skip
                continue
            song = music[rng.integers(len(music))]
            whole, gain = decode(song), float(rng.uniform(-7, 9))
            start = int(rng.integers(0, max(1, len(whole) - len(voice))))
            mix = over(room(voice, rng), np.resize(whole[start:], len(voice)), gain)
            writer.add(
                name, levelled(mix, rng), kind="voice-mix", weight=2.0,
                rules=mixed_rules(None, gain, sung=True),
                source=f"{SINGER} over {song.name}", licence=f"{LICENCE}, as the music's",
            )  # fmt: skip
