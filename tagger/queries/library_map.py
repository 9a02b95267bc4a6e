"""A library's map: which tracks can be on it, and what of them is drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from ..actions.effective_tags import SILENT
from ..models import Analysis, LibraryMap, MapPoint, ModelVersion, Tag, Track, TrackTag, User
from .library import library

# Beyond this a screen shows no more, and the answer would take seconds.
MOST_DRAWN = 20_000


@dataclass(frozen=True)
class MapPoints:
    """`tags` are the shown tags of one group, most frequent first; each point is of one of them,
    by its place in that list, or of none (−1)."""

    tags: list[Tag]
    points: list[tuple[UUID, str, str, float, float, int]]
    total: int


def mappable(owner: User, model: ModelVersion) -> QuerySet[Track]:
    """Tracks this model has heard; what it made of silence lies nowhere."""
    heard = Analysis.objects.filter(track=OuterRef("pk"), model=model)
    return library(owner).filter(Exists(heard)).exclude(notes__contains=[SILENT])


def unplaced(drawn: LibraryMap) -> QuerySet[Track]:
    placed = MapPoint.objects.filter(map=drawn, track=OuterRef("pk"))
    return mappable(drawn.owner, drawn.model).filter(~Exists(placed))


def current_map(owner: User) -> LibraryMap | None:
    active = Q(model__state=ModelVersion.State.ACTIVE)
    return LibraryMap.objects.filter(active, owner=owner).select_related("model", "owner").first()


def map_points(drawn: LibraryMap, among: QuerySet[Track], group: str) -> MapPoints:
    """Those of `among` that lie on the map. Four queries."""
    found = MapPoint.objects.filter(map=drawn, track__in=among.order_by().values("pk"))
    rows: list[Any] = list(
        found.order_by("track_id").values_list(
            "track_id", "track__title", "track__artist", "x", "y"
        )[:MOST_DRAWN]
    )
    strongest = _strongest(drawn, group, rows[-1][0]) if rows else {}
    counts = Counter(strongest[row[0]] for row in rows if row[0] in strongest)
    known = Tag.objects.in_bulk(counts)
    tags = [known[pk] for pk, _ in counts.most_common()]
    place = {tag.pk: at for at, tag in enumerate(tags)} | {None: -1}
    points = [(*row, place[strongest.get(row[0])]) for row in rows]
    return MapPoints(tags, points, found.count())


def _strongest(drawn: LibraryMap, group: str, last: UUID) -> dict[UUID, int]:
    """The shown tag of the group with the highest score, by track, up to the last that is drawn."""
    rows = TrackTag.objects.filter(
        track__owner=drawn.owner, track__deleted_at=None, track__lte=last, tag__group=group
    ).annotate(shown=Coalesce("tag__shown_as", "tag"))
    best = rows.order_by("track_id", "-score").distinct("track_id")
    return dict(best.values_list("track_id", "shown"))
