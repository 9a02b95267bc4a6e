"""What staff see of the machine room: queues, workers, models, failures."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db.models import Count, Min, Q

from ..actions.effective_tags import active_model
from ..actions.reaping import connection_errors
from ..models import Job, ModelVersion, Worker


@dataclass(frozen=True)
class QueueStatus:
    name: str
    queued: int
    running: int
    oldest: datetime | None


@dataclass(frozen=True)
class WorkerStatus:
    """Queues are those of a worker that answered; `told` is what it last said of its device."""

    name: str
    queues: list[str]
    told: Worker | None


@dataclass(frozen=True)
class Status:
    queues: list[QueueStatus]
    workers: list[WorkerStatus]
    broker_reachable: bool
    model: ModelVersion | None
    failed: list[Job]
    disk_free: int
    disk_total: int


def status() -> Status:
    workers, reachable = _workers()
    disk = shutil.disk_usage(settings.MEDIA_ROOT)
    failed = Job.objects.filter(state=Job.State.FAILED, track__deleted_at=None)
    return Status(
        queues=_queues(),
        workers=workers,
        broker_reachable=reachable,
        model=active_model(),
        failed=list(failed.select_related("track", "owner").order_by("-finished_at")[:50]),
        disk_free=disk.free,
        disk_total=disk.total,
    )


def _queues() -> list[QueueStatus]:
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


def _workers() -> tuple[list[WorkerStatus], bool]:
    """Those that answer within a second, and those that said lately on which device they hear."""
    try:
        answers = current_app.control.inspect(timeout=1).active_queues() or {}
    except connection_errors():
        return [], False
    told = {worker.name: worker for worker in Worker.objects.all()}
    return [
        WorkerStatus(name, _names(answers.get(name, [])), told.get(name))
        for name in sorted(answers.keys() | told.keys())
    ], True


def _names(queues: Iterable[Mapping[str, Any]]) -> list[str]:
    return sorted(queue["name"] for queue in queues)
