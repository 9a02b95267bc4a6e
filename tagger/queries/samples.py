"""A few tracks that stand for the library."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef

from ..models import Analysis, ModelVersion, Track, Verdict


def sample_for(version: ModelVersion, size: int) -> list[UUID]:
    """The first `size` tracks that `version` has not heard, half of them with verdicts.

    Ids are drawn at random, so their order is a random one that stays: versions are compared by
    the same tracks, and an index gives the first of a million as fast as of a thousand.
    """
    unheard = ~Exists(Analysis.objects.filter(track=OuterRef("pk"), model=version))
    heard_by_any = Track.objects.filter(unheard, deleted_at=None, state=Track.State.TAGGED)
    judged = Exists(Verdict.objects.filter(track=OuterRef("pk"), withdrawn_at=None))
    in_order = heard_by_any.order_by("pk").values_list("pk", flat=True)
    first = list(in_order.filter(judged)[: size // 2])
    return [*first, *in_order.exclude(pk__in=first)[: size - len(first)]]
