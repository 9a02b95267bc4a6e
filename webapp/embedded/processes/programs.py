"""The children of one installation, each as a command."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tagger.platform.celery.queues import WORKERS
from webapp.embedded.locations import Locations

from .program import Program

WEB = "gunicorn webapp.wsgi --config python:webapp.web_server"
CELERY = "celery --app webapp"
WORKER = f"{CELERY} worker --without-gossip --without-mingle"
CLOCK = f"{CELERY} beat --pidfile="


def programs(
    folder: Path, locations: Locations, address: str, tell: Callable[[str], None]
) -> list[Program]:
    """In the order in which they are started."""

    def program(name: str, command: str, **how: Any) -> Program:
        full = [sys.executable, "-m", *command.split()]
        return Program(name, full, folder, locations.logs, tell, **how)

    return [
        # Gunicorn's workers notice that their master has gone; the master must not linger.
        program("web", f"{WEB} --bind {address}", death=signal.SIGINT),
        *(
            program(name, f"{WORKER} {kind.options(name)}", in_background=kind.background)
            for name, kind in WORKERS.items()
            if not kind.only_with or os.environ.get(kind.only_with)
        ),
        program("clock", CLOCK),
    ]
