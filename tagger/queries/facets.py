"""Counts of tracks by shown tag."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce

from ..models import Tag, Track, TrackTag
from .vocabulary import shown_tags


@dataclass(frozen=True)
class Facet:
    tag: Tag
    count: int


@dataclass(frozen=True)
class FacetGroup:
    name: str
    label: str
    facets: list[Facet]


def facet_groups(tracks: QuerySet[Track], *, keep_empty: bool = False) -> list[FacetGroup]:
    """Tags in their groups with how many of these tracks carry them, most frequent first.

    A track that carries two synonyms is counted once. Two queries, whatever the number of tags.
    """
    counts = _counts(tracks)
    facets = [Facet(tag, counts.get(tag.pk, 0)) for tag in shown_tags()]
    if not keep_empty:
        facets = [facet for facet in facets if facet.count]
    facets.sort(key=lambda facet: (-facet.count, facet.tag.name))
    return [
        FacetGroup(group, str(Tag.Group(group).label), found)
        for group in Tag.Group.values
        if (found := [facet for facet in facets if facet.tag.group == group])
    ]


def _counts(tracks: QuerySet[Track]) -> dict[int, int]:
    rows = TrackTag.objects.filter(track__in=tracks.order_by().values("pk"))
    shown = rows.annotate(shown=Coalesce("tag__shown_as", "tag")).order_by()
    counted = shown.values("shown").annotate(tracks=Count("track", distinct=True))
    return {row["shown"]: row["tracks"] for row in counted}
