"""Tracks that sound alike: near each other in what one model makes of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import FilteredRelation, Q, QuerySet
from pgvector.django import CosineDistance

from ..actions.effective_tags import SILENT
from ..models import Analysis, ModelVersion, Track

# Cosine distance is 0…2. Postgres holds that NaN, which an empty embedding gives, is more.
FARTHEST = 2


@dataclass(frozen=True)
class Likeness:
    track: Track
    value: float
    """Cosine of the angle between the two embeddings: 1 is the same sound."""


@dataclass(frozen=True)
class SimilarTracks:
    model: ModelVersion
    nearest: list[Likeness]


def similar_tracks(track: Track, among: QuerySet[Track], *, most: int) -> SimilarTracks | None:
    """The nearest of `among` by the active model, nearest first; None while it has not heard it.

    Exact: every embedding is compared. Two queries, and those that `among` prefetches.
    """
    heard = (
        Analysis.objects.filter(track=track, model__state=ModelVersion.State.ACTIVE)
        .select_related("model")
        .only("embedding", "track_id", "model__name")
        .first()
    )
    if heard is None:
        return None
    return SimilarTracks(heard.model, _nearest(heard, track, among, most))


def _nearest(heard: Analysis, track: Track, among: QuerySet[Track], most: int) -> list[Likeness]:
    # A network says something of silence too, but it means nothing.
    if SILENT in track.notes:
        return []
    near = (
        among.exclude(Q(pk=track.pk) | Q(notes__contains=[SILENT]))
        .annotate(by=FilteredRelation("analyses", condition=Q(analyses__model=heard.model_id)))
        .annotate(distance=CosineDistance("by__embedding", heard.embedding))
        .filter(distance__lte=FARTHEST)
        .order_by("distance", "pk")
    )
    return [Likeness(found, 1 - found.distance) for found in near[:most]]
