"""Writes how far a long job is into its row, and tells its work when to stop."""

from __future__ import annotations

import logging
import threading
import time

from ml.config import Callbacks
from tagger.models import Job
from tagger.platform.celery.shutdown import is_shutting_down

from . import lifecycle

logger = logging.getLogger(__name__)

# As often as a page asks for it.
REPORT_EVERY = 1.0  # seconds


class JobWatch(Callbacks):
    def __init__(self, job: Job, stop: threading.Event) -> None:
        self.job = job
        self._stop = stop
        self._stage = ""
        self._next = 0.0

    def on_decoded(self, split: str, done: int, total: int) -> None:
        self.report("preparing", done, total, "clips")
        if self.should_stop():
            raise InterruptedError("The preparation was stopped.")

    def on_evaluated(self, split: str, done: int, total: int) -> None:
        self.report("evaluating", done, total, "clips")

    def should_stop(self) -> bool:
        return self._stop.is_set() or is_shutting_down()

    def left_off(self) -> bool:
        """The work has stopped before its end: whether that is because somebody cancelled it.

        If not, its worker was told to end and puts it back, or its lease was lost; another attempt
        goes on or has begun to.
        """
        if not Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            logger.warning("%s %s stops before its end", self.job.kind, self.job.pk)
            if is_shutting_down():
                lifecycle.release(self.job)
            return False
        lifecycle.end_cancelled(self.job)
        return True

    def report(self, stage: str, done: int, total: int, unit: str) -> bool:
        """Whether it was written: at most once a second, and at each beginning of a stage."""
        if stage == self._stage and time.monotonic() < self._next and done < total:
            return False
        self._stage, self._next = stage, time.monotonic() + REPORT_EVERY
        lifecycle.report(self.job, stage=stage, done=done, total=total, unit=unit)
        return True


def leave_off(job: Job) -> None:
    """The end of an attempt whose work was told to stop: another one goes on if only the worker is
    to end, none if somebody has cancelled it."""
    if is_shutting_down():
        lifecycle.release(job)
    else:
        lifecycle.end_cancelled(job)


class Stopped(Exception):
    """The job was cancelled, or another worker has taken it over."""


class Reporter:
    """Writes progress at most once a second, and remembers that the job must stop.

    Of a `brief` job nothing is written in its first second: most have ended by then.
    """

    def __init__(self, job: Job, *, brief: bool = False) -> None:
        self.job = job
        self.stop = False
        self._next = time.monotonic()
        self._first = self._next + (REPORT_EVERY if brief else 0.0)

    def __call__(self, stage: str, done: float, total: float | None) -> None:
        now = time.monotonic()
        if now < self._first or (now < self._next and stage == self.job.stage):
            return
        self._next = now + REPORT_EVERY
        self.job.stage = stage
        self.stop = not lifecycle.report(
            self.job, stage=stage, done=done, total=total, unit="seconds"
        )

    def or_stop(self, stage: str, done: float, total: float | None) -> None:
        """The same for work that is stopped by an exception. Raises Stopped."""
        self(stage, done, total)
        if self.stop:
            raise Stopped
