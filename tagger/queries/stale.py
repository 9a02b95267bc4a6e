"""Tracks whose tags come from a model that is not the active one any more."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from ..models import Analysis, ModelVersion, Track


def stale_tracks(active: ModelVersion) -> QuerySet[Track]:
    """Those another model has heard and this one has not. New uploads are no part of it."""
    heard = Analysis.objects.filter(track=OuterRef("pk"), model=active)
    tagged = Track.objects.filter(state=Track.State.TAGGED, deleted_at=None)
    return tagged.filter(~Exists(heard))
