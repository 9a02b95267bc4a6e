"""Draws a library's map in the background, and places new tracks on the maps there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils import timezone

from ..models import Analysis, Job, LibraryMap, MapPoint, ModelVersion, User
from ..queries.library_map import mappable, unplaced
from . import jobs
from .effective_tags import active_model
from .heartbeat import heartbeat

if TYPE_CHECKING:
    from ml.projection import Projection

CHUNK = 1000


def request_map(owner: User, *, trigger: Job.Trigger) -> Job:
    """A job that draws the person's map anew; one that is open already is answered as it is."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        standing = Job.objects.filter(
            owner=owner, kind=Job.Kind.DRAW_MAP, state__in=Job.OPEN_STATES
        ).first()
        return standing or jobs.create_job(Job.Kind.DRAW_MAP, owner=owner, trigger=trigger)


def draw_map(job: Job) -> None:
    """Run a claimed job to its end."""
    from ml.projection import FEWEST, LANDMARKS, fit_projection

    owner, model = cast(User, job.owner), active_model()
    heard = mappable(owner, model) if model else None
    sample = list(heard.order_by("?").values_list("pk", flat=True)[:LANDMARKS]) if heard else []
    if model is None or heard is None or len(sample) < FEWEST:
        detail = f"A map needs at least {FEWEST} tracks that the active model has heard."
        jobs.fail(job, code="too-few-tracks", detail=detail)
        return
    with heartbeat(job) as stop:
        projection = fit_projection(_embeddings(sample, model))
        drawn = _placed(projection, list(heard.values_list("pk", flat=True)), model)
        if stop.is_set():
            jobs.end_cancelled(job)
            return
        _replace(owner, model, projection, drawn)
    jobs.succeed(job)


def place_new_tracks() -> int:
    """Run by beat: tracks heard since a map was drawn join it, some at a time."""
    from ml.projection import Projection

    placed = 0
    current = LibraryMap.objects.filter(model__state=ModelVersion.State.ACTIVE)
    for drawn in current.select_related("model", "owner"):
        ids = list(unplaced(drawn).values_list("pk", flat=True)[:CHUNK])
        if ids:
            projection = Projection.from_bytes(bytes(drawn.projection))
            placed += _write(drawn, _placed(projection, ids, drawn.model))
    return placed


def _replace(
    owner: User, model: ModelVersion, projection: Projection, drawn: dict[UUID, np.ndarray]
) -> None:
    """The new map at once takes the place of the old."""
    with transaction.atomic():
        LibraryMap.objects.filter(owner=owner, model=model).delete()
        made = LibraryMap.objects.create(
            owner=owner, model=model, projection=projection.to_bytes(), drawn_at=timezone.now()
        )
        _write(made, drawn)


def _placed(
    projection: Projection, ids: Sequence[UUID], model: ModelVersion
) -> dict[UUID, np.ndarray]:
    """Where each track lies; those deleted meanwhile are left out."""
    places: dict[UUID, np.ndarray] = {}
    for start in range(0, len(ids), CHUNK):
        rows = _heard(ids[start : start + CHUNK], model)
        if rows:
            vectors = np.array([vector for _, vector in rows], np.float32)
            found = projection.place(vectors)
            places |= {track: place for (track, _), place in zip(rows, found, strict=True)}
    return places


def _embeddings(ids: Sequence[UUID], model: ModelVersion) -> np.ndarray:
    return np.array([vector for _, vector in _heard(ids, model)], np.float32)


def _heard(ids: Sequence[UUID], model: ModelVersion) -> list[tuple[UUID, list[float]]]:
    heard = Analysis.objects.filter(track__in=ids, model=model)
    return list(heard.values_list("track_id", "embedding"))


def _write(drawn: LibraryMap, places: dict[UUID, np.ndarray]) -> int:
    with transaction.atomic():
        if not LibraryMap.objects.select_for_update(no_key=True).filter(pk=drawn.pk).exists():
            return 0  # drawn anew meanwhile
        # Locked in their order, so that a track purged in this moment is left out, not an error.
        kept = drawn.owner.tracks.filter(pk__in=places).select_for_update(no_key=True)
        points = [
            MapPoint(map=drawn, track_id=pk, x=float(places[pk][0]), y=float(places[pk][1]))
            for pk in kept.order_by("pk").values_list("pk", flat=True)
        ]
        MapPoint.objects.bulk_create(points, ignore_conflicts=True, batch_size=CHUNK)
    return len(points)
