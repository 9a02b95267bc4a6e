"""A library tagged by another model from kept activations: minutes, where hearing takes hours.

A model that differs from the one that heard the library in its outputs alone (as head-only training
leaves it) has the same activations. Each batch is a transaction, so a job that stops goes on behind
the last of them: what is done has its analysis.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from ml.checkpoints import WeightsError
from tagger.jobs import lifecycle
from tagger.jobs.lease import heartbeat
from tagger.jobs.progress import JobWatch
from tagger.models import Analysis, Job, KeptActivations, ModelVersion, Track, User
from tagger.platform.batches import batches, chunks

from .activations import forget_activations, read_activations, trunk_of
from .record import record_rescored

if TYPE_CHECKING:
    from ml.inference import OutputLayer, SegmentActivations

logger = logging.getLogger(__name__)

# A transaction of so many holds their rows for about a second.
TOGETHER = 100
# Files are read beside each other: from an object store each takes a while to come.
READERS = 4


def retaggable(model: ModelVersion) -> QuerySet[Track]:
    """Tracks that this model has not analysed and whose kept activations are of its trunk."""
    trunk = trunk_of(model)
    if not trunk:
        return Track.objects.none()
    analysed = Analysis.objects.filter(track=OuterRef("pk"), model=model)
    tagged = Track.objects.filter(state=Track.State.TAGGED, deleted_at=None)
    return tagged.filter(~Exists(analysed), kept_activations__trunk=trunk)


def request_retag(
    model: ModelVersion, *, by: User | None, trigger: Job.Trigger, parent: Job | None = None
) -> Job | None:
    """The job, also one that is open already; None where there is nothing to take tags from."""
    with transaction.atomic():
        ModelVersion.objects.select_for_update(no_key=True).get(pk=model.pk)
        existing = open_retag(model)
        if existing:
            return existing
        if not retaggable(model).exists():
            return None
        return lifecycle.create_job(
            Job.Kind.RETAG, owner=by, trigger=trigger, model=model, parent=parent
        )


def open_retag(model: ModelVersion) -> Job | None:
    retags = Job.objects.filter(kind=Job.Kind.RETAG, model=model)
    return retags.filter(state__in=Job.OPEN_STATES).first()


def retag(job: Job) -> None:
    """Run a claimed job; every way out leaves a row that says what happened."""
    from ml.inference import OutputLayer

    if job.model is None:
        lifecycle.fail(job, code="no-model", detail="The model this job belongs to is gone.")
        return
    with heartbeat(job) as stop:
        watch = JobWatch(job, stop)
        try:
            done = _retag_all(job.model, OutputLayer.load(job.model.weights.path), watch)
        except InterruptedError:
            watch.left_off()
        except WeightsError as error:
            lifecycle.fail(job, code="model-damaged", detail=str(error))
        else:
            job.result = {"tracks": done}
            job.save(update_fields=["result"])
            lifecycle.succeed(job)


def _retag_all(model: ModelVersion, layer: OutputLayer, watch: JobWatch) -> int:
    waiting = retaggable(model)
    total, done = waiting.count(), 0
    watch.report("tagging", 0, total, "tracks")
    with ThreadPoolExecutor(READERS) as readers:
        for ids in chain.from_iterable(chunks(ids, TOGETHER) for ids in batches(waiting)):
            if watch.should_stop():
                raise InterruptedError("The job was stopped.")
            done += _retag(model, layer, ids, readers)
            watch.report("tagging", done, max(done, total), "tracks")
    return done


def _retag(
    model: ModelVersion, layer: OutputLayer, ids: list[UUID], readers: ThreadPoolExecutor
) -> int:
    rows = list(KeptActivations.objects.filter(track__in=ids, trunk=model.trunk))
    rescored = {}
    for row, activations in zip(rows, readers.map(_read, rows), strict=True):
        if activations is None:
            forget_activations(row)
            continue
        try:
            rescored[row] = layer.rescore(activations)
        except WeightsError as error:
            # A model whose second network speaks for less has heard it since.
            logger.warning("track %s must be heard: %s", row.track_id, error)
    return record_rescored(model, rescored)


def _read(kept: KeptActivations) -> SegmentActivations | None:
    """None where they are gone or damaged."""
    from ml.inference import ActivationsError

    try:
        return read_activations(kept)
    except (FileNotFoundError, ActivationsError) as error:
        logger.warning("track %s must be heard again: %s", kept.track_id, error)
        return None
