"""What a player plays on through: a list's tracks in its order, or shuffled, a part at a time."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import MD5, Cast, Concat

from tagger.models import Track

# More than an evening; what follows is asked for when these come to their end.
PART = 200
_FIELDS = ("pk", "title", "artist", "album", "duration", "loudness", "true_peak", "state")


@dataclass(frozen=True)
class QueuePart:
    """`start` is the first one's place in the list; `after` that of what follows, or None."""

    tracks: list[Track]
    start: int
    after: int | None


def queue_part(tracks: QuerySet[Track], start: int = 0, seed: str = "") -> QueuePart:
    """So many from `start` on. The same `seed` always shuffles them the same way. One query."""
    listed = _shuffled(tracks, seed) if seed else tracks
    found = list(listed.only(*_FIELDS)[start : start + PART + 1])
    after = start + PART if len(found) > PART else None
    return QueuePart(found[:PART], start, after)


def _shuffled(tracks: QuerySet[Track], seed: str) -> QuerySet[Track]:
    drawn = MD5(Concat(Cast("pk", CharField()), Value(seed)))
    return tracks.order_by(drawn, "pk")
