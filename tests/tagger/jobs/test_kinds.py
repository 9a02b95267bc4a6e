"""Every kind of job has one row, work that is there, and a worker on its queue in every layout."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.utils.module_loading import import_string

from tagger.jobs.kinds import KINDS
from tagger.models import Job
from tagger.platform.celery.queues import WORKERS, Queue

SHORT = {"-n": "--hostname", "-P": "--pool", "-c": "--concurrency", "-Q": "--queues"}


def test_every_kind_has_one_row() -> None:
    assert set(KINDS) == set(Job.Kind)


@pytest.mark.parametrize("kind", KINDS)
def test_its_work_is_there_and_takes_a_job(kind: str) -> None:
    work = import_string(KINDS[kind].run)
    assert list(work.__annotations__.values())[:1] == ["Job"]


def test_every_queue_is_served_by_one_kind_of_worker() -> None:
    served = [queue for worker in WORKERS.values() for queue in worker.queues]
    assert sorted(served) == sorted(Queue)


def test_every_periodic_task_goes_to_a_queue_that_is_served() -> None:
    routes = settings.CELERY_TASK_ROUTES
    assert {route["queue"] for route in routes.values()} <= set(Queue)
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(routes)
    assert settings.CELERY_TASK_DEFAULT_QUEUE in set(Queue)


@pytest.mark.parametrize("name", [*WORKERS, "gpu-inference", "gpu-training"])
def test_containers_start_the_same_workers(name: str) -> None:
    kind = name.removeprefix("gpu-")
    assert started(name) == {
        **options(WORKERS[kind].options(name)),
        "--without-gossip": "",
        "--without-mingle": "",
    }


def started(name: str) -> dict[str, str]:
    compose: dict[str, Any] = yaml.safe_load((Path(settings.BASE_DIR) / "compose.yaml").read_text())
    celery, arguments = compose["services"][name]["command"].split(" worker ")
    assert celery.endswith("-A webapp")
    return options(arguments)


def options(arguments: str) -> dict[str, str]:
    """By their long names."""
    pairs = re.findall(r"(-{1,2}[\w-]+)(?:[ =](?!-)(\S+))?", arguments)
    return {SHORT.get(option, option): value for option, value in pairs}
