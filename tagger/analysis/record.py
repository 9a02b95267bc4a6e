"""Writes what a model heard, and the effective tags that follow from it, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from tagger.feedback.question_queue import ask
from tagger.models import Analysis, ModelVersion, Track, Webhook
from tagger.tags.effective import rebuild_effective_tags
from tagger.webhooks.events import announce

if TYPE_CHECKING:
    from ml.inference import Analysis as Heard


def record_analysis(track: Track, model: ModelVersion, heard: Heard) -> Analysis:
    """Upsert the Analysis row for (track, model); hearing the same thing twice changes nothing.

    What a model heard that was never in use changes nothing that is shown.
    Raises Track.DoesNotExist when the track was deleted while it was being heard.
    """
    with transaction.atomic():
        track = Track.objects.select_for_update(no_key=True).get(pk=track.pk)
        analysis, _ = Analysis.objects.update_or_create(
            track=track, model=model, defaults=_values(heard)
        )
        if _was_in_use(model):
            _show(track, heard)
            announce(track.owner_id, Webhook.Event.TRACK_TAGGED, track=track.pk, model=model.name)
        ask(track, model, analysis.mean_scores)
    return analysis


def _was_in_use(model: ModelVersion) -> bool:
    """A candidate is held, lest it become active without anybody showing what it heard here."""
    if model.activated_at is None:
        model = ModelVersion.objects.select_for_update(no_key=True).get(pk=model.pk)
    return model.activated_at is not None


def _show(track: Track, heard: Heard) -> None:
    track.state = Track.State.TAGGED
    track.duration = heard.duration
    track.peaks = heard.peaks.astype(np.int8).tobytes()
    track.notes = list(heard.notes)
    track.save(update_fields=["state", "duration", "peaks", "notes", "updated_at"])
    rebuild_effective_tags(track)


def _values(heard: Heard) -> dict[str, object]:
    return {
        "segments": heard.scores.shape[0],
        "segment_seconds": heard.segment_seconds,
        "hop_seconds": heard.hop_seconds,
        "scores": heard.scores.astype("<f2").tobytes(),
        "mean_scores": [float(score) for score in heard.mean_scores],
        "embedding": heard.embedding,
    }
