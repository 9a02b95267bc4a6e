"""Each Celery worker says every few seconds that it lives, from a thread of its own; so does beat.

Celery's own answers and events come from the thread that does the work in a solo pool: a worker
that analyses a long track would look dead for as long as that takes.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from threading import Event, Thread
from typing import Any

from celery.signals import after_task_publish, beat_init, worker_ready, worker_shutdown
from django.db import DatabaseError, close_old_connections, connection

from tagger.platform.celery.renewal import is_renewed

from .workers import BEAT, announce_end, announce_life

logger = logging.getLogger(__name__)

# What a container's health check looks at: younger than two minutes.
LIVES = Path(tempfile.gettempdir()) / "tonemark-lives"

_stopped = Event()


@beat_init.connect
def _watch_the_clock(**_: Any) -> None:
    """Something is due every ten seconds; what the broker has not taken is not published."""
    after_task_publish.connect(_tick)


def _tick(**_: Any) -> None:
    LIVES.touch()


@worker_ready.connect
def _begin(sender: Any, **_: Any) -> None:
    queues = list(sender.app.amqp.queues.consume_from)
    Thread(target=_beat, args=(sender.hostname, queues), daemon=True, name="heartbeat").start()


@worker_shutdown.connect
def _end(sender: Any, **_: Any) -> None:
    _stopped.set()
    if not is_renewed():
        announce_end(sender.hostname)


def _beat(name: str, queues: list[str]) -> None:
    while True:
        try:
            announce_life(name, queues)
            LIVES.touch()
        except (DatabaseError, OSError) as error:  # a folder of temporary files may be full
            logger.warning("the heartbeat is not written: %s", error)
        finally:
            close_old_connections()
        if _stopped.wait(BEAT.total_seconds()):
            connection.close()
            return
