"""Progress of a job that is being worked on, written seldom enough to cost nothing."""

from __future__ import annotations

import time

from ..models import Job
from . import jobs

REPORT_EVERY = 1.0  # seconds


class Stopped(Exception):
    """The job was cancelled, or another worker has taken it over."""


class Reporter:
    """Writes progress at most once a second, and remembers that the job must stop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.stop = False
        self._next = 0.0

    def __call__(self, stage: str, done: float, total: float | None) -> None:
        if time.monotonic() < self._next and stage == self.job.stage:
            return
        self._next = time.monotonic() + REPORT_EVERY
        self.job.stage = stage
        self.stop = not jobs.report(self.job, stage=stage, done=done, total=total, unit="seconds")

    def or_stop(self, stage: str, done: float, total: float | None) -> None:
        """The same for work that is stopped by an exception. Raises Stopped."""
        self(stage, done, total)
        if self.stop:
            raise Stopped
