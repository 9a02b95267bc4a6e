"""What staff see of the machine room: queues, workers, models, failures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q

from ml.audio import can_refuse_syscalls
from tagger.analysis.activations import Kept, kept_activations
from tagger.analysis.fill_activations import unkept_tracks
from tagger.jobs.queries import unretried_failures
from tagger.models import Job, ModelVersion, Worker
from tagger.platform.celery.broker import broker_is_there
from tagger.platform.celery.queues import Queue
from tagger.platform.storage.local import disk_usage
from tagger.tags.effective import active_model


@dataclass(frozen=True)
class QueueStatus:
    name: str
    queued: int
    running: int
    oldest: datetime | None


@dataclass(frozen=True)
class Status:
    queues: list[QueueStatus]
    workers: list[Worker]
    broker_reachable: bool
    model: ModelVersion | None
    failed: list[Job]
    disk_free: int
    disk_total: int
    kept: Kept
    unkept: int
    decoders_fenced: bool

    @property
    def engines(self) -> list[str]:
        """How the workers that hear compute. Where that differs, likeness of tracks does a little:
        eight bits and float32 give a track embeddings with a cosine of 0.997 and more.
        """
        hearing = [one for one in self.workers if Queue.INFERENCE in one.serving and one.device]
        reasons = {one.device_reason.partition("; ")[0].partition(" (")[0] for one in hearing}
        return sorted(reasons)


def status() -> Status:
    disk, model = disk_usage(), active_model()
    failed = unretried_failures(Job.objects.filter(track__deleted_at=None))
    return Status(
        queues=queue_statuses(),
        workers=list(Worker.objects.all()),
        broker_reachable=broker_is_there(),
        model=model,
        failed=list(
            failed.select_related("track", "library", "owner", "training").order_by("-finished_at")[
                :50
            ]
        ),
        disk_free=disk.free,
        disk_total=disk.total,
        kept=kept_activations(),
        unkept=unkept_tracks(model).count(),
        decoders_fenced=can_refuse_syscalls(),
    )


def queue_statuses() -> list[QueueStatus]:
    queued = Q(state=Job.State.QUEUED)
    rows = (
        Job.objects.filter(state__in=Job.OPEN_STATES)
        .order_by("queue")
        .values("queue")
        .annotate(
            queued=Count("id", filter=queued),
            running=Count("id", filter=~queued),
            oldest=Min("created_at", filter=queued),
        )
    )
    return [QueueStatus(row["queue"], row["queued"], row["running"], row["oldest"]) for row in rows]
