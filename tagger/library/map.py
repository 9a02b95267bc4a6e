"""Draws a library's map in the background, and places new tracks on the maps there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from tagger.jobs import lifecycle
from tagger.jobs.lease import heartbeat
from tagger.models import Analysis, Job, Library, LibraryMap, MapPoint, ModelVersion, User
from tagger.tags.effective import active_model

if TYPE_CHECKING:
    from ml.descriptors import Projection


from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from tagger.library.search import library
from tagger.models import Tag, Track, TrackTag
from tagger.tags.effective import SILENT

# Embeddings of 1,024 float32 numbers: 4 MB at a time, however large the library.
CHUNK = 1000


def request_map(of: Library, *, by: User, trigger: Job.Trigger) -> Job:
    """A job that draws the library's map anew; one that is open already is answered as it is."""
    with transaction.atomic():
        Library.objects.select_for_update(no_key=True).get(pk=of.pk)
        existing = Job.objects.filter(
            library=of, kind=Job.Kind.DRAW_MAP, state__in=Job.OPEN_STATES
        ).first()
        return existing or lifecycle.create_job(
            Job.Kind.DRAW_MAP, owner=by, library=of, trigger=trigger
        )


def draw_map(job: Job) -> None:
    """Run a claimed job to its end."""
    from ml.descriptors import LANDMARKS, MIN_TRACKS, fit_projection

    of, model = cast(Library, job.library), active_model()
    analysed = mappable(of, model) if model else None
    # A track's id says nothing of it: these are any, but the same each time.
    sample = (
        list(analysed.order_by("pk").values_list("pk", flat=True)[:LANDMARKS]) if analysed else []
    )
    if model is None or analysed is None or len(sample) < MIN_TRACKS:
        detail = f"A map needs at least {MIN_TRACKS} tracks that the active model has heard."
        lifecycle.fail(job, code="too-few-tracks", detail=detail)
        return
    with heartbeat(job) as stop:
        projection = fit_projection(_embeddings(sample, model))
        drawn = _placed(projection, list(analysed.values_list("pk", flat=True)), model)
        if stop.is_set():
            lifecycle.end_cancelled(job)
            return
        _replace(of, model, projection, drawn)
    lifecycle.succeed(job)


def place_new_tracks() -> int:
    """Run by beat: tracks analysed since a map was drawn join it, some at a time."""
    from ml.descriptors import Projection

    placed = 0
    current = LibraryMap.objects.filter(model__state=ModelVersion.State.ACTIVE)
    for drawn in current.select_related("model", "library"):
        ids = list(unplaced(drawn).values_list("pk", flat=True)[:CHUNK])
        if ids:
            projection = Projection.from_bytes(bytes(drawn.projection))
            placed += _write(drawn, _placed(projection, ids, drawn.model))
    return placed


def _replace(
    of: Library, model: ModelVersion, projection: Projection, drawn: dict[UUID, np.ndarray]
) -> None:
    """The new map at once takes the place of the old."""
    with transaction.atomic():
        LibraryMap.objects.filter(library=of, model=model).delete()
        made = LibraryMap.objects.create(
            library=of, model=model, projection=projection.to_bytes(), drawn_at=timezone.now()
        )
        _write(made, drawn)


def _placed(
    projection: Projection, ids: Sequence[UUID], model: ModelVersion
) -> dict[UUID, np.ndarray]:
    """Where each track lies; those deleted meanwhile are left out."""
    places: dict[UUID, np.ndarray] = {}
    for start in range(0, len(ids), CHUNK):
        rows = _embedding_rows(ids[start : start + CHUNK], model)
        if rows:
            vectors = np.array([vector for _, vector in rows], np.float32)
            coordinates = projection.place(vectors)
            places |= {track: place for (track, _), place in zip(rows, coordinates, strict=True)}
    return places


def _embeddings(ids: Sequence[UUID], model: ModelVersion) -> np.ndarray:
    return np.array([vector for _, vector in _embedding_rows(ids, model)], np.float32)


def _embedding_rows(ids: Sequence[UUID], model: ModelVersion) -> list[tuple[UUID, list[float]]]:
    # In one order, so that a library which has not changed is drawn as it was.
    analyses = Analysis.objects.filter(track__in=ids, model=model).order_by("pk")
    return list(analyses.values_list("track_id", "embedding"))


def _write(drawn: LibraryMap, places: dict[UUID, np.ndarray]) -> int:
    with transaction.atomic():
        if not LibraryMap.objects.select_for_update(no_key=True).filter(pk=drawn.pk).exists():
            return 0  # drawn anew meanwhile
        # Locked in their order, so that a track purged in this moment is left out, not an error.
        present = drawn.library.tracks.filter(pk__in=places).select_for_update(no_key=True)
        points = [
            MapPoint(map=drawn, track_id=pk, x=float(places[pk][0]), y=float(places[pk][1]))
            for pk in present.order_by("pk").values_list("pk", flat=True)
        ]
        MapPoint.objects.bulk_create(points, ignore_conflicts=True, batch_size=CHUNK)
    return len(points)


# Beyond this a screen shows no more, and the answer would take seconds.
MOST_DRAWN = 20_000


@dataclass(frozen=True)
class MapPoints:
    """`tags` are the shown tags of one group, most frequent first; each point is of one of them,
    by its place in that list, or of none (−1)."""

    tags: list[Tag]
    points: list[tuple[UUID, str, str, float, float, int]]
    total: int


def mappable(of: Library, model: ModelVersion) -> QuerySet[Track]:
    """Tracks this model has analysed; what it made of silence lies nowhere."""
    analysed = Analysis.objects.filter(track=OuterRef("pk"), model=model)
    return library(of).filter(Exists(analysed)).exclude(notes__contains=[SILENT])


def unplaced(drawn: LibraryMap) -> QuerySet[Track]:
    placed = MapPoint.objects.filter(map=drawn, track=OuterRef("pk"))
    return mappable(drawn.library, drawn.model).filter(~Exists(placed))


def current_map(of: Library) -> LibraryMap | None:
    active = Q(model__state=ModelVersion.State.ACTIVE)
    return LibraryMap.objects.filter(active, library=of).select_related("model", "library").first()


def map_points(drawn: LibraryMap, among: QuerySet[Track], group: str) -> MapPoints:
    """Those of `among` that lie on the map. Four queries."""
    points_among = MapPoint.objects.filter(map=drawn, track__in=among.order_by().values("pk"))
    rows: list[Any] = list(
        points_among.order_by("track_id").values_list(
            "track_id", "track__title", "track__artist", "x", "y"
        )[:MOST_DRAWN]
    )
    by_track = strongest(drawn, group, rows[-1][0]) if rows else {}
    counts = Counter(by_track[row[0]] for row in rows if row[0] in by_track)
    known = Tag.objects.in_bulk(counts)
    tags = [known[pk] for pk, _ in counts.most_common()]
    place = {tag.pk: at for at, tag in enumerate(tags)} | {None: -1}
    points = [(*row, place[by_track.get(row[0])]) for row in rows]
    return MapPoints(tags, points, points_among.count())


def strongest(drawn: LibraryMap, group: str, last: UUID) -> dict[UUID, int]:
    """The shown tag of the group with the highest score, by track, up to the last that is drawn."""
    rows = TrackTag.objects.filter(
        track__library=drawn.library, track__deleted_at=None, track__lte=last, tag__group=group
    ).annotate(shown=Coalesce("tag__shown_as", "tag"))
    best = rows.order_by("track_id", "-score").distinct("track_id")
    return dict(best.values_list("track_id", "shown"))
