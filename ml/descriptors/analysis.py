"""Tempo and key of one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ml.audio.reading import DecodeLimits, blocks

from .excerpts import excerpts
from .key import Key, estimate_key
from .tempo import Tempo, estimate_tempo

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Music:
    """Tempo and key; None for what the music does not have, such as the tempo of a drone."""

    tempo: Tempo | None
    key: Key | None


def analyse_music(
    path: str | Path, duration: float, *, limits: DecodeLimits | None = None, report: Report
) -> Music:
    """Measure a file of `duration` seconds from excerpts of it; memory does not grow with it.

    `report(stage, seconds)` is called often: "decoding", then "tempo", then "key"; what it
    raises ends the work. Raises AudioError.
    """
    sound = blocks(path, limits=limits)
    parts = excerpts(sound, duration, lambda seconds: report("decoding", seconds))
    report("tempo", duration)
    tempo = estimate_tempo(parts)
    report("key", duration)
    return Music(tempo, estimate_key(parts))
