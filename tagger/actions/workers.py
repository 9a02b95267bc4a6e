"""Workers say which device they hear on, and why, each time they begin a track."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import TYPE_CHECKING

from celery import current_task
from django.utils import timezone

from ..models import Worker

if TYPE_CHECKING:
    from ml.inference import Tagger

# Replaced containers leave their names behind; one that is only idle says so again later.
REMEMBERED = timedelta(days=7)


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


def _own_name() -> str:
    """The name the broker knows this worker by; outside of a worker, the machine's."""
    known = current_task.request.hostname if current_task else None
    return known or socket.gethostname()
