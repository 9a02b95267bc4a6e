"""Writes a model's analyses, and the effective tags that follow, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from django.db import transaction

from tagger.feedback.question_queue import ask, ask_many
from tagger.models import Analysis, KeptActivations, ModelVersion, Track, Webhook
from tagger.tags.effective import rebuild_effective_tags, rebuild_many
from tagger.tags.passages import found_in
from tagger.webhooks.events import announce, announce_many

from .activations import keep_activations
from .cover_hue import hue

if TYPE_CHECKING:
    from ml.inference import Analysis as Prediction
    from ml.inference import Rescored


def record_analysis(track: Track, model: ModelVersion, prediction: Prediction) -> Analysis:
    """Upsert the Analysis row for (track, model); the same analysis twice changes nothing.

    The analysis of a model that was never in use changes nothing that is shown.
    Raises Track.DoesNotExist when the track was deleted while it was being analysed.
    """
    with transaction.atomic():
        track = Track.objects.select_for_update(no_key=True).get(pk=track.pk)
        analysis = Analysis(track=track, model=model, **_values(prediction, model))
        _upsert([analysis])
        if _was_in_use(model):
            _show(track, prediction)
            announce(track.library_id, Webhook.Event.TRACK_TAGGED, track=track.pk, model=model.name)
        ask(track, model, analysis.mean_scores)
        keep_activations(track, model, prediction)
    return analysis


def record_rescored(model: ModelVersion, rescored: Mapping[KeptActivations, Rescored]) -> int:
    """The same for many tracks at once, tagged from what was kept of them; of how many.

    Those that were deleted meanwhile are passed over, and those whose activations were replaced.
    """
    with transaction.atomic():
        locked = Track.objects.select_for_update(no_key=True, of=("self",))
        tracks = list(
            locked.filter(
                kept_activations__file__in=[str(kept.file.name) for kept in rescored],
                deleted_at=None,
            )
            .order_by("pk")
            .only("library_id", "notes")
        )
        results = {kept.track_id: (kept, result) for kept, result in rescored.items()}
        _upsert([_rescored_row(track, model, *results[track.pk]) for track in tracks])
        if _was_in_use(model):
            rebuild_many(track.pk for track in tracks)
            told = [
                (track.library_id, {"track": track.pk, "model": model.name}) for track in tracks
            ]
            announce_many(Webhook.Event.TRACK_TAGGED, told)
        ask_many(model, [(track, results[track.pk][1].mean_scores) for track in tracks])
    return len(tracks)


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


# Of an analysis that is made again.
_WRITTEN = (
    "segments", "segment_seconds", "hop_seconds", "scores", "passages", "mean_scores",
    "silent_segments", "embedding",
)  # fmt: skip


def _upsert(rows: list[Analysis]) -> None:
    Analysis.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["track", "model"], update_fields=_WRITTEN
    )


def _values(prediction: Prediction, model: ModelVersion) -> dict[str, object]:
    return _scores(prediction, model, prediction.hop_seconds, prediction.segment_seconds)


def _rescored_row(
    track: Track, model: ModelVersion, kept: KeptActivations, result: Rescored
) -> Analysis:
    values = _scores(result, model, kept.hop_seconds, kept.segment_seconds)
    return Analysis(track=track, model=model, **values)


def _scores(
    result: Prediction | Rescored, model: ModelVersion, hop_seconds: float, segment_seconds: float
) -> dict[str, object]:
    stored, silent = result.scores.astype("<f2"), list(result.silent_segments)
    # Out of what is stored, so that they are the same when they are found again.
    passages = found_in(stored.astype(np.float32), silent, model, hop_seconds, segment_seconds)
    return {
        "segments": stored.shape[0],
        "segment_seconds": segment_seconds,
        "hop_seconds": hop_seconds,
        "scores": stored.tobytes(),
        "passages": passages,
        "mean_scores": [float(score) for score in result.mean_scores],
        "silent_segments": silent,
        "embedding": result.embedding,
    }
