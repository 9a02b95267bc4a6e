"""Counts of tracks by shown tag."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from tagger.models import Library, Tag, Track
from tagger.tags.counts import stored_counts
from tagger.tags.vocabulary import shown_tags

# So many of what is listed are counted while a person waits.
MOST_COUNTED = 20_000


@dataclass(frozen=True)
class Counts:
    """How many tracks, and how many of them carry each shown tag. `capped`: there are more."""

    tracks: int
    by_tag: Mapping[int, int]
    capped: bool = False


@dataclass(frozen=True)
class Facet:
    tag: Tag
    count: int


@dataclass(frozen=True)
class FacetGroup:
    name: str
    label: str
    facets: list[Facet]

    @property
    def absent(self) -> list[str]:
        """The tags of the group that no track carries."""
        return [facet.tag.label for facet in self.facets if not facet.count]


def library_counts(of: Library) -> Counts:
    """Of the whole library. One query, which reads no track."""
    return _counts(stored_counts(of))


def counts(tracks: QuerySet[Track]) -> Counts:
    """Of these tracks, or so many of them as are counted. One query."""
    listed = tracks.order_by().values_list("shown_tag_ids")[:MOST_COUNTED]
    sql, values = listed.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(listed=sql), values)
        by_tag = dict(cursor.fetchall())
    return _counts(by_tag, capped=by_tag.get(None) == MOST_COUNTED)


def listed_counts(of: Library, narrowed: QuerySet[Track] | None) -> Counts:
    """Of the tracks that are listed; None: all of the library."""
    return library_counts(of) if narrowed is None else counts(narrowed)


_COUNT = """
SELECT tag_id, count(*) FROM (
    SELECT unnest(array_append(shown_tag_ids, NULL)) AS tag_id FROM ({listed}) AS listed
) AS carried GROUP BY tag_id
"""


def _counts(tracks_by_tag: Mapping[int | None, int], *, capped: bool = False) -> Counts:
    by_tag = {pk: count for pk, count in tracks_by_tag.items() if pk is not None}
    return Counts(tracks_by_tag.get(None, 0), by_tag, capped)


def facet_groups(counts: Counts, *, keep_empty: bool = False) -> list[FacetGroup]:
    """Tags in their groups with how many tracks carry them, most frequent first. One query.

    A track that carries two synonyms is counted once.
    """
    facets = [Facet(tag, counts.by_tag.get(tag.pk, 0)) for tag in shown_tags()]
    if not keep_empty:
        facets = [facet for facet in facets if facet.count]
    facets.sort(key=lambda facet: (-facet.count, facet.tag.name))
    return [
        FacetGroup(group, str(Tag.Group(group).label), members)
        for group in Tag.Group.values
        if (members := [facet for facet in facets if facet.tag.group == group])
    ]
