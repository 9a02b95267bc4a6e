"""Frees the jobs of dead workers and sends again what the broker lost."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db.models import Q, QuerySet
from django.utils import timezone

from tagger.models import Job
from tagger.platform.celery.broker import connection_errors

from .kinds import kind_of
from .lifecycle import dispatch, fail, lapsed, was_the_last_attempt

logger = logging.getLogger(__name__)

# How long a message may be on its way before it counts as lost.
GRACE = timedelta(seconds=30)


@dataclass(frozen=True)
class Reaped:
    resent: int
    failed: int


def reap() -> Reaped:
    """Run every few seconds by beat; safe to run in any number, at any time."""
    expired = list(_expired())
    failed = sum(_give_up(job) for job in expired if was_the_last_attempt(job))
    again = [job for job in expired if not was_the_last_attempt(job)]
    resent = sum(dispatch(job) for job in again + _lost())
    return Reaped(resent=resent, failed=failed)


def _expired() -> QuerySet[Job]:
    """Running without a heartbeat. One sent again lately is left to be claimed first."""
    now = timezone.now()
    return Job.objects.filter(
        Q(dispatched_at=None) | _long_past("dispatched_at", now),
        lapsed(now),
        state=Job.State.RUNNING,
    )


def _long_past(moment: str, now: datetime) -> Q:
    """Longer ago than a message may be on its way, or of a clock that was set back since."""
    return Q((f"{moment}__lt", now - GRACE)) | Q((f"{moment}__gt", now + GRACE))


def _lost() -> list[Job]:
    """Queued here, yet unknown to the broker: never sent, or its queue is empty all the same."""
    now = timezone.now()
    waiting = Job.objects.filter(state=Job.State.QUEUED)
    lost = list(waiting.filter(_long_past("created_at", now), dispatched_at=None))
    sent = waiting.filter(_long_past("dispatched_at", now))
    for queue in sent.values_list("queue", flat=True).distinct():
        if _queue_is_empty(queue):
            lost += sent.filter(queue=queue)
    return lost


def _queue_is_empty(queue: str) -> bool:
    with current_app.connection_for_read() as connection:
        try:
            channel: Any = connection.default_channel
            waiting: int = channel.queue_declare(queue, passive=True).message_count
            return waiting == 0
        except connection.channel_errors:
            # "No such queue": a Redis list that is empty does not exist.
            return True
        except connection_errors() as error:
            logger.warning("cannot look at queue %s: %s", queue, error)
            return False


def _give_up(job: Job) -> bool:
    return fail(
        job,
        code="worker-lost",
        detail=f"The worker stopped {job.attempts} times while working on this. "
        + kind_of(job).likely_cause,
    )
