"""What became of the files a person sent: one row a track, kept up to date while work goes on."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tagger.library.rows import Row, rows
from tagger.library.search import library, tracks_of
from tagger.models import Job, Library, Track, User

SHOWN = 50
SLOWEST = 5


def recent_transfers(of: Library) -> list[Row]:
    return rows(library(of).order_by("-created_at", "-id")[:SHOWN])


def watched_transfers(person: User, track_ids: Iterable[UUID]) -> list[Row]:
    return rows(tracks_of(person).filter(pk__in=track_ids))


def transfer(track: Track) -> Row:
    return rows([track])[0]


def poll_seconds(listed: Iterable[Row], last: int = 0) -> int:
    """When to ask again: soon while a worker is at it, ever later while all wait, 0 for never."""
    states = {row.job.state for row in listed if row.job and row.job.is_open}
    if Job.State.RUNNING in states:
        return 1
    return min(last + 1, SLOWEST) if states else 0
