"""Tempo and key of one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ml.audio.reading import DecodeLimits, blocks

from .key import Key, find_key
from .stretches import stretches
from .tempo import Tempo, find_tempo

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Music:
    """What was found; None for what the music does not have, such as the tempo of a drone."""

    tempo: Tempo | None
    key: Key | None


def analyse_music(
    path: str | Path, duration: float, *, limits: DecodeLimits | None = None, report: Report
) -> Music:
    """Measure a file of `duration` seconds from stretches of it; memory does not grow with it.

    `report(stage, seconds)` is called often: "decoding", then "tempo", then "key"; what it
    raises ends the work. Raises AudioError.
    """
    sound = blocks(path, limits=limits)
    parts = stretches(sound, duration, lambda seconds: report("decoding", seconds))
    report("tempo", duration)
    tempo = find_tempo(parts)
    report("key", duration)
    return Music(tempo, find_key(parts))
