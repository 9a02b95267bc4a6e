"""How many tracks of a library carry each tag: as it is kept, and whether that is right."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Sum

from tagger.models import Library, TagCount

# What is missing in the kept counts, and what there is too much of. One statement, so one moment:
# a track and the rows that count it are written in one transaction.
DIFFERENCES = """
SELECT library_id, tag_id, sum(change) AS tracks FROM (
    SELECT library_id, unnest(array_append(shown_tag_ids, NULL)) AS tag_id, 1 AS change
    FROM tagger_track WHERE deleted_at IS NULL
    UNION ALL
    SELECT library_id, tag_id, -tracks FROM tagger_tagcount
) AS changes GROUP BY library_id, tag_id HAVING sum(change) <> 0
"""
_WRONG = f"SELECT library_id, count(*) FROM ({DIFFERENCES}) AS wrong GROUP BY library_id"  # noqa: S608


def stored_counts(of: Library) -> dict[int | None, int]:
    """By shown tag; under None stands how many tracks there are at all. One query."""
    counted = TagCount.objects.filter(library=of).order_by().values("tag")
    return dict(counted.annotate(sum=Sum("tracks")).values_list("tag", "sum"))


def miscounted() -> Iterator[tuple[int, int]]:
    """Libraries whose kept counts are wrong, with how many of the counts are. Reads all tracks."""
    with connection.cursor() as cursor:
        cursor.execute(_WRONG)
        yield from cursor.fetchall()


# Nobody who folds at the same time counts a row twice: who comes second finds it deleted.
_FOLD = """
WITH unfolded AS (
    SELECT library_id FROM tagger_tagcount GROUP BY library_id
    HAVING count(*) > count(DISTINCT coalesce(tag_id, 0))
), taken AS (
    DELETE FROM tagger_tagcount WHERE library_id IN (SELECT library_id FROM unfolded)
    RETURNING library_id, tag_id, tracks
)
INSERT INTO tagger_tagcount (library_id, tag_id, tracks)
SELECT library_id, tag_id, sum(tracks) FROM taken
GROUP BY library_id, tag_id HAVING sum(tracks) <> 0
"""
_MEND = f"""
INSERT INTO tagger_tagcount (library_id, tag_id, tracks)
SELECT library_id, tag_id, tracks FROM ({DIFFERENCES}) AS wrong WHERE library_id = %s
"""  # noqa: S608  nothing but our own words


def fold_counts() -> None:
    """One row for each count, as long as nothing changes."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD)


def recount(library_id: int) -> bool:
    """Add what the counts of a library lack. False when they are right."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Two who recount at once would both add it.
        Library.objects.select_for_update(no_key=True).filter(pk=library_id).first()
        cursor.execute(_MEND, [library_id])
        return bool(cursor.rowcount > 0)
