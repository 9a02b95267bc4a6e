"""Tempo, key and loudness of one file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ml.audio.loudness import measure_loudness
from ml.audio.reading import DecodeLimits, blocks
from ml.audio.types import Loudness

from .excerpts import excerpts
from .key import Key, estimate_key
from .tempo import Tempo, estimate_tempo

Report = Callable[[str, float], None]


@dataclass(frozen=True)
class Music:
    """Tempo and key; None for what the music does not have, such as the tempo of a drone."""

    tempo: Tempo | None
    key: Key | None
    loudness: Loudness


def analyse_music(
    path: str | Path, duration: float, *, limits: DecodeLimits | None = None, report: Report
) -> Music:
    """Measure a file of `duration` seconds; memory does not grow with it.

    Tempo and key come from excerpts, loudness from the whole. `report(stage, seconds)` is called
    often: "decoding", then "tempo", "key", "loudness"; what it raises ends the work. Raises
    AudioError.
    """
    sound = blocks(path, limits=limits)
    parts = excerpts(sound, duration, lambda seconds: report("decoding", seconds))
    report("tempo", duration)
    tempo = estimate_tempo(parts)
    report("key", duration)
    key = estimate_key(parts)
    loudness = measure_loudness(
        path, limits=limits, on_progress=lambda seconds: report("loudness", seconds)
    )
    return Music(tempo, key, loudness)
