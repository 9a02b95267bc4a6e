"""Tracks whose tags come from a model that is not the active one any more."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from tagger.models import Analysis, ModelVersion, Track, Verdict


def stale_tracks(active: ModelVersion) -> QuerySet[Track]:
    """Those another model has analysed and this one has not. New uploads are no part of it."""
    analysed = Analysis.objects.filter(track=OuterRef("pk"), model=active)
    tagged = Track.objects.filter(state=Track.State.TAGGED, deleted_at=None)
    return tagged.filter(~Exists(analysed))


def sample_for(version: ModelVersion, size: int) -> list[UUID]:
    """The first `size` tracks that `version` has not analysed, half of them with verdicts.

    Ids are drawn at random, so their order is a random one that stays: versions are compared by
    the same tracks, and an index gives the first of a million as fast as of a thousand.
    """
    without_analysis = ~Exists(Analysis.objects.filter(track=OuterRef("pk"), model=version))
    not_analysed = Track.objects.filter(without_analysis, deleted_at=None, state=Track.State.TAGGED)
    has_verdicts = Exists(Verdict.objects.filter(track=OuterRef("pk"), withdrawn_at=None))
    in_order = not_analysed.order_by("pk").values_list("pk", flat=True)
    first = list(in_order.filter(has_verdicts)[: size // 2])
    return [*first, *in_order.exclude(pk__in=first)[: size - len(first)]]
