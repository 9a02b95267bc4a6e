"""Rows as the product itself would have made them, without waiting for a network to listen."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any
from uuid import uuid4

import numpy as np
from django.core.files.base import ContentFile
from django.utils import timezone

from ml.config.labels import LABEL_NAMES
from ml.inference.result import Array
from ml.inference.tagger import Analysis as Prediction
from tagger.analysis.record import record_analysis
from tagger.models import Job, ModelVersion, Track, User
from tagger.registry.versions import activate_model
from tagger.tasks import run_job

PASSWORD = "a-long-enough-password"
HOP = 59_049 / 22_050

_numbers = count(1)


def person(name: str = "", **values: Any) -> User:
    name = name or f"person{next(_numbers)}"
    return User.objects.create_user(username=name, password=PASSWORD, **values)


def active_model() -> ModelVersion:
    return ModelVersion.objects.get_or_create(
        state=ModelVersion.State.ACTIVE,
        defaults={
            "name": "tonemark-test",
            "activated_at": timezone.now(),
            "sha256": "0" * 64,
            "card": {},
            "labels": list(LABEL_NAMES),
            "thresholds": [0.5] * len(LABEL_NAMES),
        },
    )[0]


def _sha256() -> str:
    """One that no other row has."""
    return uuid4().hex * 2


def track(
    owner: User, title: str = "", content: bytes = b"not really sound", **values: Any
) -> Track:
    number = next(_numbers)
    made = Track(
        library=values.pop("library", None) or owner.personal_library,
        added_by=owner,
        title=title or f"Track {number}",
        file_name=f"{number}.mp3",
        file_size=1000,
        file_sha256=_sha256(),
        audio_sha256=_sha256(),
        duration=10.0,
        **values,
    )
    made.file.save(made.file_name, ContentFile(content), save=False)
    made.save(force_insert=True)
    return made


def owner_of(made: Track) -> User:
    """Whose library it is in."""
    owner = made.library.personal_of
    assert owner
    return owner


def direction(degrees: float) -> Array:
    """An embedding of length 1, float32 `(1024,)`; two of them are as alike as their angle says."""
    made = np.zeros(1024, dtype=np.float32)
    made[:2] = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return made


def analysed(
    made: Track,
    segments: int = 3,
    notes: tuple[str, ...] = (),
    embedding: Array | None = None,
    **scores: float,
) -> Track:
    """The active model predicted these labels (underscores for blanks), and 0.01 of all others."""
    model = active_model()
    result = prediction(model, scores, segments, notes, embedding)
    record_analysis(made, model, result)
    made.refresh_from_db()
    return made


def prediction(
    model: ModelVersion,
    scores: dict[str, float],
    segments: int = 3,
    notes: tuple[str, ...] = (),
    embedding: Array | None = None,
) -> Prediction:
    """What this model predicts: these labels, and 0.01 of all others."""
    means = [scores.get(label.replace(" ", "_"), 0.01) for label in model.labels]
    row = np.array([means] * segments, dtype=np.float32)
    return Prediction(
        scores=row,
        mean_scores=row.mean(axis=0),
        embedding=direction(0) if embedding is None else embedding,
        peaks=np.array([-64, 64] * 50, dtype=np.int8),
        duration=segments * HOP,
        segment_seconds=HOP,
        hop_seconds=HOP,
        notes=notes,
    )


def candidate(
    scores_by_track: Mapping[Track, dict[str, float]], card: dict[str, Any] | None = None
) -> ModelVersion:
    """A version nobody has made active yet, and its analyses in these tracks."""
    number = next(_numbers)
    made = ModelVersion.objects.create(
        name=f"candidate {number}",
        weights=f"candidate-{number}.safetensors",
        sha256=_sha256(),
        card=card or {},
        labels=list(LABEL_NAMES),
        thresholds=[0.5] * len(LABEL_NAMES),
    )
    for one, scores in scores_by_track.items():
        record_analysis(one, made, prediction(made, scores))
    return made


def job(made: Track, state: Job.State, **values: Any) -> Job:
    return Job.objects.create(
        kind=Job.Kind.TAG_TRACK,
        trigger=Job.Trigger.WEB,
        queue="inference",
        library=made.library,
        owner=made.added_by,
        track=made,
        state=state,
        **values,
    )


def work_off(kind: Job.Kind) -> None:
    """What a worker would do with the queued jobs of this kind, done here and now."""
    for queued in Job.objects.filter(kind=kind, state=Job.State.QUEUED):
        run_job(str(queued.pk))


def promoted(model: ModelVersion) -> None:
    """The version is active, and the whole library shows it."""
    activate_model(model)
    work_off(Job.Kind.SWITCH_TAGS)
