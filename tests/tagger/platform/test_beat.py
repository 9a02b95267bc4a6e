"""What is due every few seconds goes on where the machine's clock was set back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django_celery_beat.models import PeriodicTask

from tagger.platform.celery.beat import Scheduler


@pytest.fixture
def published(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What beat sends, whose rows stand as a run left them that ended just now."""
    names: list[str] = []

    def apply(_: Any, entry: Any, **__: Any) -> None:
        names.append(entry.task)

    monkeypatch.setattr(Scheduler, "apply_entry", apply)
    return names


@pytest.fixture
def scheduler(published: list[str]) -> Iterator[Any]:
    one = Scheduler(app=current_app)
    yield one
    # Else it writes to the database at the end of all tests, when there is none.
    one._finalize.cancel()


def ticking(scheduler: Any) -> None:
    """Until nothing is due any more."""
    while not scheduler.tick():
        pass


def test_tasks_run_although_they_last_ran_tomorrow(scheduler: Any, published: list[str]) -> None:
    ticking(scheduler)
    begun = datetime.now(UTC)
    PeriodicTask.objects.update(last_run_at=begun + timedelta(days=1))
    scheduler._schedule = scheduler.all_as_schedule()
    scheduler.tick()
    for entry in scheduler.schedule.values():
        assert entry.last_run_at < begun + timedelta(minutes=1)
        # As much later as the slowest of them is due.
        entry.last_run_at -= timedelta(hours=2)
    scheduler._heap = None
    published.clear()
    ticking(scheduler)
    assert {"tagger.tasks.reap_jobs", "tagger.tasks.sweep_uploads"} <= set(published)


def test_no_task_waits_for_the_moment_that_the_clock_has_gone_back_from(
    scheduler: Any,
) -> None:
    ticking(scheduler)
    # The tasks were sent by a clock that is a day ahead: the heap and the rows say so.
    scheduler._heap = [(at + 86_400, *rest) for at, *rest in scheduler._heap]
    for entry in scheduler.schedule.values():
        entry.model.last_run_at = datetime.now(UTC) + timedelta(days=1)
    assert 0 < scheduler.tick() <= scheduler.max_interval
    assert scheduler._heap[0].time < datetime.now(UTC).timestamp() + 60
