"""Effective tags: verdicts over the active model's scores. The one place that knows the rule."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from ..models import ModelVersion, Tag, Track, TrackTag, Verdict
from ..queries.analyses import latest_analysis

# A note of ml.analysis.Analysis. What a network says of silence means nothing.
SILENT = "silent"


def rebuild_effective_tags(track: Track) -> None:
    """Write the track's TrackTag rows anew from its verdicts and the active model's analysis."""
    with transaction.atomic():
        Track.objects.select_for_update(no_key=True).get(pk=track.pk)
        wanted = _effective(track)
        track.track_tags.exclude(tag_id__in=wanted).delete()
        TrackTag.objects.bulk_create(
            wanted.values(),
            update_conflicts=True,
            unique_fields=["track", "tag"],
            update_fields=["score", "source"],
        )


def rebuild_many(tracks: Iterable[Track]) -> int:
    count = 0
    for count, track in enumerate(tracks, start=1):  # noqa: B007
        rebuild_effective_tags(track)
    return count


def active_model() -> ModelVersion | None:
    return ModelVersion.objects.filter(state=ModelVersion.State.ACTIVE).first()


def standing_verdicts(track: Track) -> dict[int, Verdict]:
    """The latest standing verdict on each tag, by tag id."""
    verdicts = track.verdicts.filter(withdrawn_at=None).order_by("given_at", "pk")
    return {verdict.tag_id: verdict for verdict in verdicts}


def _effective(track: Track) -> dict[int, TrackTag]:
    scores, certain = _heard(track)
    rows = {
        tag_id: TrackTag(
            track=track, tag_id=tag_id, score=scores[tag_id], source=TrackTag.Source.MODEL
        )
        for tag_id in certain
    }
    for tag_id, verdict in standing_verdicts(track).items():
        if verdict.answer == Verdict.Answer.REJECTED:
            rows.pop(tag_id, None)
        else:
            rows[tag_id] = TrackTag(
                track=track,
                tag_id=tag_id,
                score=scores.get(tag_id),
                source=TrackTag.Source.PERSON,
            )
    return rows


def _heard(track: Track) -> tuple[dict[int, float], set[int]]:
    """The active model's score for each tag id, and the ids at or above their threshold."""
    analysis = latest_analysis(track)
    if analysis is None:
        return {}, set()
    ids = dict(Tag.objects.filter(name__in=analysis.model.labels).values_list("name", "id"))
    scores = dict(zip(analysis.model.labels, analysis.mean_scores, strict=True))
    thresholds = dict(zip(analysis.model.labels, analysis.model.thresholds, strict=True))
    by_id = {ids[label]: score for label, score in scores.items()}
    if SILENT in track.notes:
        return by_id, set()
    return by_id, {ids[label] for label, score in scores.items() if score >= thresholds[label]}
