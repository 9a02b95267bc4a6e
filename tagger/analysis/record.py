"""Writes a model's analysis, and the effective tags that follow from it, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from tagger.feedback.question_queue import ask
from tagger.models import Analysis, ModelVersion, Track, Webhook
from tagger.tags.effective import rebuild_effective_tags
from tagger.tags.passages import found_in
from tagger.webhooks.events import announce

from .cover_hue import hue

if TYPE_CHECKING:
    from ml.inference import Analysis as Prediction


def record_analysis(track: Track, model: ModelVersion, prediction: Prediction) -> Analysis:
    """Upsert the Analysis row for (track, model); the same analysis twice changes nothing.

    The analysis of a model that was never in use changes nothing that is shown.
    Raises Track.DoesNotExist when the track was deleted while it was being analysed.
    """
    with transaction.atomic():
        track = Track.objects.select_for_update(no_key=True).get(pk=track.pk)
        analysis, _ = Analysis.objects.update_or_create(
            track=track, model=model, defaults=_values(prediction, model)
        )
        if _was_in_use(model):
            _show(track, prediction)
            announce(track.library_id, Webhook.Event.TRACK_TAGGED, track=track.pk, model=model.name)
        ask(track, model, analysis.mean_scores)
    return analysis


def _was_in_use(model: ModelVersion) -> bool:
    """A candidate is held, lest it become active without anybody showing its analysis here."""
    if model.activated_at is None:
        model = ModelVersion.objects.select_for_update(no_key=True).get(pk=model.pk)
    return model.activated_at is not None


def _show(track: Track, prediction: Prediction) -> None:
    track.state = Track.State.TAGGED
    track.duration = prediction.duration
    track.peaks = prediction.peaks.astype(np.int8).tobytes()
    track.notes = list(prediction.notes)
    track.hue = hue(prediction.embedding)
    track.save(update_fields=["state", "duration", "peaks", "notes", "hue", "updated_at"])
    rebuild_effective_tags(track)


def _values(prediction: Prediction, model: ModelVersion) -> dict[str, object]:
    stored = prediction.scores.astype("<f2")
    hop_seconds, segment_seconds = prediction.hop_seconds, prediction.segment_seconds
    return {
        "segments": stored.shape[0],
        "segment_seconds": segment_seconds,
        "hop_seconds": hop_seconds,
        "scores": stored.tobytes(),
        # Out of what is stored, so that they are the same when they are found again.
        "passages": found_in(stored.astype(np.float32), model, hop_seconds, segment_seconds),
        "mean_scores": [float(score) for score in prediction.mean_scores],
        "embedding": prediction.embedding,
    }
