"""How many tracks of a library carry each tag: as it is kept, and whether that is right."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection
from django.db.models import Sum

from ..models import TagCount, User

# What is missing in the kept counts, and what there is too much of. One statement, so one moment:
# a track and the rows that count it are written in one transaction.
DIFFERENCES = """
SELECT owner_id, tag_id, sum(change) AS tracks FROM (
    SELECT owner_id, unnest(array_append(shown_tag_ids, NULL)) AS tag_id, 1 AS change
    FROM tagger_track WHERE deleted_at IS NULL
    UNION ALL
    SELECT owner_id, tag_id, -tracks FROM tagger_tagcount
) AS changes GROUP BY owner_id, tag_id HAVING sum(change) <> 0
"""
_WRONG = f"SELECT owner_id, count(*) FROM ({DIFFERENCES}) AS wrong GROUP BY owner_id"  # noqa: S608


def kept_counts(owner: User) -> dict[int | None, int]:
    """By shown tag; under None stands how many tracks there are at all. One query."""
    counted = TagCount.objects.filter(owner=owner).order_by().values("tag")
    return dict(counted.annotate(sum=Sum("tracks")).values_list("tag", "sum"))


def miscounted() -> Iterator[tuple[int, int]]:
    """Owners whose kept counts are wrong, with how many of the counts are. Reads all tracks."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG)
        yield from cursor.fetchall()
