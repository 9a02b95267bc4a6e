"""Comma-separated values for spreadsheets."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from tagger.library.rows import chips_of
from tagger.models import Track

COLUMNS = (
    "id",
    "title",
    "artist",
    "album",
    "state",
    "duration",
    "bpm",
    "key",
    "tags",
    "scores",
    "file_name",
    "file_sha256",
    "created_at",
)
# Spreadsheets run a cell that begins with one of these, or with its full-width form.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """A file of which each write is handed back at once."""

    def write(self, text: str) -> str:
        return text


def table(tracks: Iterable[Track]) -> Iterator[str]:
    """A head, then a row a track. Tags and scores stand in the same order, parted by `; `."""
    writer: Any = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for track in tracks:
        yield writer.writerow([defused(cell) for cell in _cells(track)])


def defused(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula and run."""
    begin = unicodedata.normalize("NFKC", cell.lstrip(" ")[:1])
    return f"'{cell}" if begin in FORMULA else cell


def _cells(track: Track) -> list[str]:
    tags = chips_of(track.track_tags.all())
    return [
        str(track.pk),
        track.title,
        track.artist,
        track.album,
        track.state,
        "" if track.duration is None else f"{track.duration:.3f}",
        "" if track.bpm is None else f"{track.bpm:.1f}",
        track.key,
        "; ".join(chip.tag.name for chip in tags),
        "; ".join("" if chip.score is None else f"{chip.score:.4f}" for chip in tags),
        track.file_name,
        track.file_sha256,
        track.created_at.isoformat(),
    ]
