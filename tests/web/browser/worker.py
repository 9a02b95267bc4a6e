"""A real Celery worker in a process of its own, on the database and the broker of the tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.forked import Started

COMMAND = ["--app", "webapp", "worker"]
QUIET = "--loglevel INFO --without-gossip --without-mingle"
INFERENCE = "--pool solo --queues inference"


@contextmanager
def worker(log: Path, options: str = INFERENCE, **environment: str) -> Iterator[Started]:
    words = [*COMMAND, *QUIET.split(), *options.split()]
    process = Started("celery", *words, log=log, env=_environment() | environment)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment() -> dict[str, str]:
    """The test run's own, but for the name of the database, which Django has changed."""
    address, _, _ = os.environ["TONEMARK_DATABASE_URL"].rpartition("/")
    return os.environ | {
        "TONEMARK_DATABASE_URL": f"{address}/{connection.settings_dict['NAME']}",
        "TONEMARK_MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "TONEMARK_TORCH_THREADS": "1",
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
    }
