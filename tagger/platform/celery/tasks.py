"""Tasks by their names, so that what sends one need not import what runs it."""

from __future__ import annotations

from typing import Any

from celery import signature

RUN_JOB = "tagger.tasks.run_job"
DELIVER_WEBHOOKS = "tagger.tasks.deliver_webhooks"
TRAIN_WHEN_DUE = "tagger.tasks.train_when_due"


def send(task: str, *args: str, **options: Any) -> None:
    """Have a worker run `task`. Raises kombu's OperationalError or OSError: the broker is away."""
    signature(task, args=args).apply_async(**options)
