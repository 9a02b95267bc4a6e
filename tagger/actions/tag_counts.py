"""Triggers keep the counts of tags; here their rows are folded, and mended where they are wrong."""

from __future__ import annotations

from django.db import connection, transaction

from ..models import User
from ..queries.tag_counts import DIFFERENCES

# Nobody who folds at the same time counts a row twice: who comes second finds it deleted.
_FOLD = """
WITH unfolded AS (
    SELECT owner_id FROM tagger_tagcount GROUP BY owner_id
    HAVING count(*) > count(DISTINCT coalesce(tag_id, 0))
), taken AS (
    DELETE FROM tagger_tagcount WHERE owner_id IN (SELECT owner_id FROM unfolded)
    RETURNING owner_id, tag_id, tracks
)
INSERT INTO tagger_tagcount (owner_id, tag_id, tracks)
SELECT owner_id, tag_id, sum(tracks) FROM taken GROUP BY owner_id, tag_id HAVING sum(tracks) <> 0
"""
_MEND = f"""
INSERT INTO tagger_tagcount (owner_id, tag_id, tracks)
SELECT owner_id, tag_id, tracks FROM ({DIFFERENCES}) AS wrong WHERE owner_id = %s
"""  # noqa: S608  nothing but our own words


def fold_counts() -> None:
    """One row for each count, as long as nothing changes."""
    with connection.cursor() as cursor:
        cursor.execute(_FOLD)


def recount(owner_id: int) -> bool:
    """Add what the counts of a library lack. False when they are right."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Two who recount at once would both add it.
        User.objects.select_for_update(no_key=True).filter(pk=owner_id).first()
        cursor.execute(_MEND, [owner_id])
        return cursor.rowcount > 0
