"""Comma-separated values for spreadsheets."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from tagger.library.rows import chips_of
from tagger.models import Track
from tagger.platform.humanize import human_duration
from tagger.tags.passages import Passage

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
    "passages",
    "strengths",
    "rating",
)
BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets run a cell that begins with one of these, or with its full-width form.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """A file of which each write is handed back at once."""

    def write(self, text: str) -> str:
        return text


def table(tracks: Iterable[Track], *, for_spreadsheets: bool) -> Iterator[str]:
    """A head, then a row a track. Tags, scores, passages and strengths stand in the same order,
    parted by `; `; the tags of a whole track have no passage.

    Spreadsheets take UTF-8 for another encoding unless a byte order mark says so; to programs it
    would be a part of the first column's name.
    """
    writer: Any = csv.writer(_Line())
    if for_spreadsheets:
        yield BYTE_ORDER_MARK
    yield writer.writerow(COLUMNS)
    for track in tracks:
        yield writer.writerow([defused(cell) for cell in _cells(track)])


def defused(cell: str) -> str:
    """With an apostrophe before what a spreadsheet would take for a formula and run."""
    seen = (char for char in cell if not _is_invisible(char))
    begin = unicodedata.normalize("NFKC", next(seen, ""))
    return f"'{cell}" if begin in FORMULA else cell


def _is_invisible(char: str) -> bool:
    """A space, or one of the format characters (zero-width, direction) that spreadsheets drop."""
    return unicodedata.category(char) in ("Zs", "Cf")


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
        "; ".join(", ".join(_from_to(one) for one in chip.passages) for chip in tags)
        if any(chip.passages for chip in tags)
        else "",
        "; ".join(chip.strength or "" for chip in tags),
        "" if track.rating is None else f"{track.rating:.2f}",
    ]


def _from_to(passage: Passage) -> str:
    return f"{human_duration(passage.start)}-{human_duration(passage.end)}"
