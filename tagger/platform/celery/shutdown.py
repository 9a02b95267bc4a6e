"""Whether this worker has been told to end: a long job then saves what it has and lets go."""

from __future__ import annotations

import multiprocessing

from celery.signals import worker_shutting_down

# Made before a worker forks, so that its children see what it was told.
_shutdown_requested = multiprocessing.Event()


@worker_shutting_down.connect
def tell(**_: object) -> None:
    _shutdown_requested.set()


def is_shutting_down() -> bool:
    return _shutdown_requested.is_set()
