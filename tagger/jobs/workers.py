"""Workers say that they live, which queues they serve, which device they run on and why."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import TYPE_CHECKING

from celery import current_task
from django.utils import timezone

from tagger.models import Worker

if TYPE_CHECKING:
    from ml.inference import Tagger

# Replaced containers leave their names behind; one that is only idle says so again later.
REMEMBERED = timedelta(days=7)
# Three beats may be missed: a machine that is busy is not dead.
BEAT = timedelta(seconds=15)
LIFE = timedelta(seconds=60)


def announce_worker(tagger: Tagger) -> Worker:
    return announce_device(str(tagger.device), tagger.device_reason)


def announce_device(device: str, reason: str) -> Worker:
    now = timezone.now()
    Worker.objects.filter(seen_at__lt=now - REMEMBERED).delete()
    values = {
        "device": device,
        "device_reason": reason[:255],
        "seen_at": now,
    }
    return Worker.objects.update_or_create(name=_own_name(), defaults=values)[0]


def announce_life(name: str, queues: list[str]) -> Worker:
    """Holds for LIFE; to be said again every BEAT."""
    now = timezone.now()
    # Of a clock that was set back since: the dead would live on for as long as that.
    Worker.objects.filter(alive_until__gt=now + 2 * LIFE).update(alive_until=None)
    values = {"queues": sorted(queues), "seen_at": now, "alive_until": now + LIFE}
    return Worker.objects.update_or_create(name=name, defaults=values)[0]


def announce_end(name: str) -> None:
    """A worker that stops in order serves nothing from now on."""
    Worker.objects.filter(name=name).update(queues=[], alive_until=None)


def _own_name() -> str:
    """The name the broker knows this worker by; outside of a worker, the machine's."""
    known = current_task.request.hostname if current_task else None
    return known or socket.gethostname()
