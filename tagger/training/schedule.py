"""Training by itself once people have said enough that is new: a schedule staff may switch on."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.conf import settings
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from tagger.models import Job, Training, Verdict
from tagger.platform.celery.queues import Queue
from tagger.platform.celery.tasks import TRAIN_WHEN_DUE

from .manage import start_training
from .options import TrainingRefused, default_choices

logger = logging.getLogger(__name__)

NAME = "Train when enough was said"
# Verdicts come by the minute at most; a training takes longer than that anyway.
MINUTES = 15


@dataclass(frozen=True)
class Schedule:
    """`new` verdicts have come since the last training began; one begins at `wanted`."""

    enabled: bool
    new: int
    wanted: int


def ensure_schedule() -> None:
    """The row is there, switched off; one that exists stays as it is."""
    every, _ = IntervalSchedule.objects.get_or_create(
        every=MINUTES, period=IntervalSchedule.MINUTES
    )
    PeriodicTask.objects.get_or_create(
        name=NAME,
        defaults={
            "task": TRAIN_WHEN_DUE,
            "interval": every,
            "queue": Queue.MAINTENANCE.value,
            "enabled": False,
        },
    )


def switch_schedule(enabled: bool) -> None:
    ensure_schedule()
    row = PeriodicTask.objects.get(name=NAME)
    row.enabled = enabled
    row.save()


def schedule() -> Schedule:
    enabled = PeriodicTask.objects.filter(name=NAME, enabled=True).exists()
    return Schedule(enabled, new_verdicts(), settings.TRAIN_AFTER_VERDICTS)


def new_verdicts() -> int:
    """Standing ones that no training has seen."""
    last = Training.objects.filter(verdicts=True).exclude(job__state=Job.State.FAILED).first()
    verdicts = Verdict.objects.filter(withdrawn_at=None, track__deleted_at=None)
    return (verdicts.filter(given_at__gt=last.created_at) if last else verdicts).count()


def train_when_due() -> Training | None:
    """Begin a training with the default choices where enough was said and none is under way."""
    if new_verdicts() < settings.TRAIN_AFTER_VERDICTS:
        return None
    try:
        return start_training(default_choices(), by=None, trigger=Job.Trigger.SCHEDULE)
    except TrainingRefused as refusal:
        logger.info("no training by itself: %s", refusal)
        return None
