"""What a change of the active model costs a library: until pages show it, and until lists do."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

from .cpu_time import cpu_seconds
from .tables import Row

if TYPE_CHECKING:
    from tagger.models import Job, ModelVersion

# So many tracks the other model has analysed: enough for a rate, and quickly made.
ANALYSED = 5_000
_HEARD = """
INSERT INTO tagger_analysis (track_id, model_id, segments, segment_seconds, hop_seconds, scores,
    mean_scores, embedding, created_at)
SELECT track_id, %(other)s, segments, segment_seconds, hop_seconds, scores,
    lead(mean_scores, 1, mean_scores) OVER (ORDER BY track_id), embedding, now()
FROM (SELECT * FROM tagger_analysis WHERE model_id = %(model)s ORDER BY track_id LIMIT %(most)s)
    AS former
"""


def activation(tracks: int) -> Row:
    """A model that scores everything otherwise is made active, and its tags are written."""
    from tagger.registry.tag_switch import switch_tags
    from tagger.registry.versions import activate_model

    other = _other_model()
    began = time.perf_counter()
    change = activate_model(other)
    visible = time.perf_counter() - began
    job = _claimed(change.job)
    began, began_cpu = time.perf_counter(), cpu_seconds()
    switch_tags(job)
    taken, cpu = time.perf_counter() - began, cpu_seconds() - began_cpu
    job.refresh_from_db()
    return {
        "tracks": tracks,
        "in_use_after_ms": round(1000 * visible, 1),
        "switched": job.done,
        "tracks_per_s": round(job.done / taken),
        "cpu_ms_per_track": round(1000 * cpu / job.done, 2),
    }


def _other_model() -> ModelVersion:
    from django.db import connection

    from tagger.models import ModelVersion

    model = ModelVersion.objects.get(state=ModelVersion.State.ACTIVE)
    values = {"model": model.pk, "most": ANALYSED}
    model.pk, model.name, model.state = None, f"other {time.time()}", "candidate"
    model.sha256, model.activated_at = secrets.token_hex(32), None
    model.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute(_HEARD, values | {"other": model.pk})
    return model


def _claimed(job: Job | None) -> Job:
    from tagger.jobs import lifecycle

    claimed = lifecycle.claim(str(job.pk)) if job else None
    assert claimed, "the change of model has left no job"
    return claimed
