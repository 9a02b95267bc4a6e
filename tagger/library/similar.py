"""Tracks that sound alike: near each other in what one model makes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from django.db.models import FilteredRelation, Q, QuerySet
from django.db.models.functions import Cast
from pgvector import HalfVector
from pgvector.django import CosineDistance, HalfVectorField

from tagger.models import Analysis, ModelVersion, Track
from tagger.models.analysis import EMBEDDING_SIZE
from tagger.tags.effective import SILENT

from .similar_moments import Moment, matching_moments

# Cosine distance is 0…2. Postgres holds that NaN, which an empty embedding gives, is more.
FARTHEST = 2
# Up to so many tracks every embedding is compared. Beyond, the index gives the nearest, of which
# it may miss one now and then; for few tracks among many of others it would search in vain.
COMPARED = 5_000
# What is unwanted pushes with half the force with which what is wanted pulls (Rocchio's rule).
LESS = 0.5


@dataclass(frozen=True)
class Likeness:
    track: Track
    value: float
    """Cosine of the angle between the embeddings, or to the direction several of them make: 1 is
    the same sound."""
    moment: Moment | None


@dataclass(frozen=True)
class SimilarTracks:
    model: ModelVersion
    nearest: list[Likeness]


def similar_tracks(
    like: Sequence[Track], among: QuerySet[Track], *, most: int, unlike: Sequence[Track] = ()
) -> SimilarTracks | None:
    """The nearest of `among` by the active model, nearest first: more like these, less like those.

    None while the model has analysed none of those wanted. A silent track is like nothing. Four
    queries, for a large library six, and those that `among` prefetches.
    """
    asked = [*like, *unlike]
    analyses = list(
        Analysis.objects.filter(track__in=asked, model__state=ModelVersion.State.ACTIVE)
        .select_related("model")
        .only("embedding", "track_id", "model__name")
    )
    embeddings = {
        analysis.track_id: np.asarray(analysis.embedding, np.float32) for analysis in analyses
    }
    if not any(track.pk in embeddings for track in like):
        return None
    wanted = _direction(like, embeddings) - LESS * _direction(unlike, embeddings)
    model = analyses[0].model
    if not np.linalg.norm(wanted):
        return SimilarTracks(model, [])
    others = among.exclude(Q(pk__in=[track.pk for track in asked]) | Q(notes__contains=[SILENT]))
    near = _nearest(others, model, wanted, most)
    return SimilarTracks(model, _likenesses(near, [track.pk for track in like], model))


def _direction(tracks: Iterable[Track], embeddings: dict[UUID, np.ndarray]) -> np.ndarray:
    """The mean of their embeddings, each of length 1; zero where there is none."""
    # A network says something of silence too, but it means nothing.
    sounding = [track.pk for track in tracks if SILENT not in track.notes]
    vectors = [embeddings[pk] for pk in sounding if pk in embeddings]
    lengths = [float(np.linalg.norm(vector)) for vector in vectors]
    units = [vector / length for vector, length in zip(vectors, lengths, strict=True) if length]
    size = len(next(iter(embeddings.values())))
    return np.mean(units, axis=0) if units else np.zeros(size, dtype=np.float32)


def _nearest(
    among: QuerySet[Track], model: ModelVersion, wanted: np.ndarray, most: int
) -> list[Any]:
    by = FilteredRelation("analyses", condition=Q(analyses__model=model.pk))
    analysed = among.annotate(by=by)
    if among.order_by()[: COMPARED + 1].count() <= COMPARED:
        return _first(analysed, CosineDistance("by__embedding", wanted), most)
    with transaction.atomic():
        _search_on()
        return _first(analysed, _indexed_distance(wanted), most)


def _first(among: QuerySet[Track], distance: CosineDistance, most: int) -> list[Any]:
    near = among.annotate(distance=distance).filter(distance__lte=FARTHEST)
    return list(near.order_by("distance", "pk")[:most])


def _indexed_distance(wanted: np.ndarray) -> CosineDistance:
    """As the index of tagger.models.Analysis has it."""
    half = Cast("by__embedding", HalfVectorField(dimensions=EMBEDDING_SIZE))
    return CosineDistance(half, HalfVector(wanted))


def _search_on() -> None:
    """Until the transaction ends, an index search that met others' tracks goes on behind them."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")


def _likenesses(near: Iterable[Any], like: list[UUID], model: ModelVersion) -> list[Likeness]:
    nearest = list(near)
    moments = matching_moments([track.pk for track in nearest], like, model)
    return [Likeness(track, 1 - track.distance, moments.get(track.pk)) for track in nearest]
