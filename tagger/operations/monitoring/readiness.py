"""Whether everything the product needs is there, part by part."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from tagger.models import Worker
from tagger.platform.celery.broker import connection_errors, need_broker
from tagger.platform.celery.queues import WORKERS
from tagger.platform.storage.local import StorageError, need_writable

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """`reason` is for the log: it may name machines."""

    name: str
    reason: str = ""

    @property
    def ready(self) -> bool:
        return not self.reason


def readiness() -> list[Part]:
    parts = [
        _part("database", _need_database),
        _part("broker", need_broker),
        _part("storage", need_writable),
        *_queues(),
    ]
    for part in parts:
        if not part.ready:
            logger.warning("not ready: %s: %s", part.name, part.reason)
    return parts


def _part(name: str, need: Callable[[], None]) -> Part:
    try:
        need()
    except away() as error:
        return Part(name, str(error) or type(error).__name__)
    return Part(name)


def away() -> tuple[type[BaseException], ...]:
    return (DatabaseError, StorageError, *connection_errors())


def _need_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def needed_queues() -> list[str]:
    """Those that have work under these settings: the others need no worker."""
    kinds = [kind for kind in WORKERS.values() if not kind.only_with or _is_set(kind.only_with)]
    return sorted(queue.value for kind in kinds for queue in kind.queues)


def _is_set(variable: str) -> bool:
    return bool(getattr(settings, variable.removeprefix("TONEMARK_")))


def served_queues() -> dict[str, int]:
    """How many living workers serve each queue."""
    living = Worker.objects.filter(alive_until__gt=timezone.now()).values_list("queues", flat=True)
    served = dict.fromkeys(needed_queues(), 0)
    for queues in living:
        for queue in queues:
            served[queue] = served.get(queue, 0) + 1
    return served


def _queues() -> list[Part]:
    try:
        served = served_queues()
    except DatabaseError:
        return [Part(f"queue {queue}", "the database is away") for queue in needed_queues()]
    return [
        Part(f"queue {queue}", "" if served[queue] else "no worker serves it")
        for queue in needed_queues()
    ]
