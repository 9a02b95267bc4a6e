"""Melodies and chorales out of music21's corpus, as notes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple


class Note(NamedTuple):
    """When it begins and how long it lasts, in quarter notes; no keys: a rest."""

    start: float
    beats: float
    keys: list[int]


def read_lines(melodies: Path) -> list[list[Note]]:
    """Tunes of one voice."""
    return [notes(line) for _, line in json.loads(melodies.read_text())["lines"]]


def read_chorales(melodies: Path) -> list[list[list[Note]]]:
    """Settings in several voices."""
    return [[notes(p) for p in parts] for _, parts in json.loads(melodies.read_text())["chorales"]]


def notes(rows: list[list]) -> list[Note]:
    return [Note(*row) for row in rows]
