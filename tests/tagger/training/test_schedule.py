"""A training begins by itself where staff want it and enough was said that is new."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django_celery_beat.models import PeriodicTask

from tagger.jobs import lifecycle
from tagger.models import Job, User, Verdict
from tagger.operations.bootstrap import ensure_vocabulary
from tagger.platform.celery.tasks import TRAIN_WHEN_DUE
from tagger.tasks import train_when_due as task
from tagger.training.schedule import (
    NAME,
    ensure_schedule,
    schedule,
    switch_schedule,
    train_when_due,
)
from tests.web import rows

from .training_rows import labelled, small_model

pytestmark = pytest.mark.usefixtures("sent")


@pytest.fixture
def boss(db: None, settings: Any, tmp_path: Path) -> User:
    settings.TRAIN_AFTER_VERDICTS = 30
    ensure_vocabulary()
    small_model(tmp_path)
    return rows.person("boss")


def say(person: User, count: int) -> None:
    for answer in Verdict.Answer:
        labelled(person, "harp", answer, count)


def test_a_new_installation_has_it_switched_off_and_ours_stays_as_it_is(db: None) -> None:
    ensure_schedule()
    row = PeriodicTask.objects.get(name=NAME)
    assert (row.task, row.queue, row.enabled) == (TRAIN_WHEN_DUE, "maintenance", False)
    assert task.name == TRAIN_WHEN_DUE
    switch_schedule(True)
    ensure_schedule()
    assert schedule().enabled


def test_it_begins_when_enough_is_new_and_not_again_for_the_same(boss: User) -> None:
    say(boss, 14)
    assert train_when_due() is None
    say(boss, 1)
    training = train_when_due()
    assert training is not None
    assert (training.job.trigger, training.job.owner) == (Job.Trigger.SCHEDULE, None)
    assert schedule().new == 0
    lifecycle.cancel(training.job)
    assert train_when_due() is None


def test_while_another_runs_it_waits(boss: User) -> None:
    say(boss, 15)
    assert train_when_due()
    say(boss, 15)
    assert train_when_due() is None


def test_what_cannot_train_begins_nothing(boss: User) -> None:
    labelled(boss, "harp", Verdict.Answer.ACCEPTED, 30)
    task()
    assert not Job.objects.filter(kind=Job.Kind.TRAIN).exists()
