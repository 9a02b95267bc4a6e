from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, QuerySet

from tagger.models import Analysis, Track


def latest_analysis(track: Track, *, over_time: bool = False) -> Analysis | None:
    """What is shown of a track, without the embedding, and without the segment scores unless asked.

    It is the active model's, or else, until that has analysed the track too, the one of the model
    that was in use last.
    """
    analyses = _in_use().filter(track=track).select_related("model")
    return (analyses.defer(None).defer("embedding") if over_time else analyses).first()


def latest_analyses(track_ids: Iterable[UUID]) -> dict[UUID, Analysis]:
    """The same for many tracks, by track id, without their models. One query."""
    analyses = _in_use().filter(track__in=track_ids)
    last = analyses.order_by("track_id", F("model__activated_at").desc()).distinct("track_id")
    return {analysis.track_id: analysis for analysis in last}


def _in_use() -> QuerySet[Analysis]:
    """Candidates were never in use: their analyses are shown nowhere but in comparisons."""
    return (
        Analysis.objects.exclude(model__activated_at=None)
        .defer("scores", "embedding")
        .order_by(F("model__activated_at").desc())
    )
