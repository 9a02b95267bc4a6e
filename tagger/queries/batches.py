"""Walking through very many tracks in a stable order, a few hundred at a time."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from django.db.models import QuerySet

from ..models import Track

BATCH = 500


def batches(tracks: QuerySet[Track], after: UUID | None = None) -> Iterator[list[UUID]]:
    """Ids in their order, from the one after `after` on. Each batch is a query of its own."""
    ordered = tracks.order_by("pk").values_list("pk", flat=True)
    while True:
        ids = list((ordered.filter(pk__gt=after) if after else ordered)[:BATCH])
        if not ids:
            return
        yield ids
        after = ids[-1]
