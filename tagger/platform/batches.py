"""Walking through very many tracks in a stable order, a few hundred at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

T = TypeVar("T")

# A few hundred rows keep a transaction below a second, and the locks of a batch short.
BATCH = 500


def batches(
    rows: QuerySet[Any], after: UUID | None = None, *, by: str = "pk"
) -> Iterator[list[UUID]]:
    """Ids in their order, from the one after `after` on. Each batch is a query of its own.

    The rows are tracks, or others `by` their "track": an index then leads to where a batch begins,
    which through a join it would not.
    """
    ordered = rows.order_by(by).values_list(by, flat=True).distinct()
    while True:
        ids = list((ordered.filter(**{f"{by}__gt": after}) if after else ordered)[:BATCH])
        if not ids:
            return
        yield ids
        after = ids[-1]


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`size` of them at a time, the last time fewer."""
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk
