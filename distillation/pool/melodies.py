"""Melodies and chorales out of music21's corpus, as notes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

# Fiddle tunes of 1883 and flute tunes of the 18th century, a melody each.
TUNES = ("ryansMammoth", "airdsAirs")
LINES, CHORALES = 220, 70
LEAST_NOTES, MOST_NOTES, MOST_OF_A_FILE = 25, 160, 20


class Note(NamedTuple):
    """When it begins and how long it lasts, in quarter notes; no keys: a rest."""

    start: float
    beats: float
    keys: list[int]


class Melodies(NamedTuple):
    """Tunes of one voice, and settings in several."""

    lines: list[list[Note]]
    chorales: list[list[list[Note]]]


def read_melodies(melodies: Path) -> Melodies:
    """What `write_melodies` wrote."""
    table = json.loads(melodies.read_text(encoding="utf-8"))
    return Melodies(
        [[Note(*note) for note in line] for line in table["lines"]],
        [[[Note(*note) for note in part] for part in parts] for parts in table["chorales"]],
    )


def write_melodies(melodies: Path) -> None:
    """Choose tunes and Bach's chorales out of the corpus, always the same."""
    from music21 import corpus

    paths = [path for path in corpus.getPaths() if path.suffix in {".abc", ".mxl"}]
    tunes = [path for path in paths if any(name in str(path) for name in TUNES)]
    bach = [path for path in paths if path.parent.name == "bach"]
    choice = random.Random(1)  # noqa: S311 - nothing secret
    choice.shuffle(tunes)
    choice.shuffle(bach)
    lines = [line for _, line in zip(range(LINES), tune_lines(tunes), strict=False)]
    chorales = [[notes(part)[:MOST_NOTES] for part in score(p).parts] for p in bach[:CHORALES]]
    melodies.write_text(json.dumps({"lines": lines, "chorales": chorales}), encoding="utf-8")


def tune_lines(paths: list[Path]) -> Iterator[list[Note]]:
    """Long enough tunes; of a file with many of them not all."""
    for path in paths:
        parsed = score(path)
        for tune in list(getattr(parsed, "scores", []) or [parsed])[:MOST_OF_A_FILE]:
            line = notes(tune)
            if len(line) >= LEAST_NOTES:
                yield line[:MOST_NOTES]


def score(path: Path) -> Any:
    from music21 import converter

    return converter.parse(path)


def notes(stream: Any) -> list[Note]:
    return [
        Note(
            round(float(each.offset), 3),
            float(each.quarterLength),
            [] if each.isRest else [pitch.midi for pitch in each.pitches],
        )
        for each in stream.flatten().notesAndRests
        if each.quarterLength > 0
    ]
