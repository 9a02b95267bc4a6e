"""A job on a terminal: a bar until it ends."""

from __future__ import annotations

import sys
import time

from django.core.management.base import CommandError
from tqdm import tqdm

from tagger.models import Job

EVERY = 1.0  # seconds


def follow_job(job: Job, waits: str) -> bool:
    """True when it has succeeded, False when Ctrl-C has left it to itself.

    `waits` is said until a worker takes it. Raises CommandError when it fails or is cancelled.
    """
    with tqdm(desc=waits, file=sys.stderr, disable=None) as bar:
        try:
            while job.is_open:
                time.sleep(EVERY)
                job.refresh_from_db()
                _show(job, bar)
        except KeyboardInterrupt:
            return False
    if job.state != Job.State.SUCCEEDED:
        raise CommandError(job.error_detail or "It was cancelled.")
    return True


def _show(job: Job, bar: tqdm[object]) -> None:
    if job.state == Job.State.RUNNING:
        bar.total, bar.unit = job.total, f" {job.unit}"
        bar.set_description(job.stage or "beginning", refresh=False)
        bar.update(job.done - bar.n)
