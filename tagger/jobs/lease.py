"""Keeps a long job's lease from a thread of its own, since its work may not look up for minutes."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

from tagger.models import Job

from . import lifecycle

logger = logging.getLogger(__name__)

# A cancellation is noticed within it; the lease would be kept by one in ten as well.
EVERY = 2.0  # seconds


class Heartbeat:
    """`stop` is set once the job is cancelled, taken over, or nobody is left to work for."""

    def __init__(self, job: Job) -> None:
        self.stop = threading.Event()
        self._job = job
        self._ended = threading.Event()
        self._parent = os.getppid()
        self._renewed = time.monotonic()

    def run(self) -> None:
        try:
            while not self._ended.wait(EVERY) and not self.stop.is_set():
                self._beat()
        finally:
            connection.close()

    def end(self) -> None:
        self._ended.set()

    def _beat(self) -> None:
        if os.getppid() != self._parent:
            logger.warning("job %s stops: its worker is gone", self._job.pk)
            self.stop.set()
            return
        try:
            if not lifecycle.renew(self._job):
                self.stop.set()
            self._renewed = time.monotonic()
        except DatabaseError as error:
            logger.warning("job %s: the lease cannot be renewed: %s", self._job.pk, error)
            connection.close()
            # A restart of the database is survived; without a lease another worker takes over.
            if time.monotonic() - self._renewed > lifecycle.LEASE.total_seconds():
                self.stop.set()


@contextmanager
def heartbeat(job: Job) -> Iterator[threading.Event]:
    """Renews the job's lease for as long as the block runs; the event says that it must stop."""
    beat = Heartbeat(job)
    thread = threading.Thread(target=beat.run, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield beat.stop
    finally:
        beat.end()
        thread.join()
