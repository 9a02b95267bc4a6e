"""The children of one installation, each as a command."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webapp.embedded.locations import Locations

from .program import Program

WEB = "gunicorn webapp.wsgi --config python:webapp.web_server"
CELERY = "celery --app webapp"
WORKER = f"{CELERY} worker --without-gossip --without-mingle"
INFERENCE = f"{WORKER} --hostname inference@%h --pool solo --queues inference,bulk"
# One child, ended after each training: what torch has taken is given back.
TRAINING = (
    f"{WORKER} --hostname training@%h --pool prefork --concurrency 1 --max-tasks-per-child 1 "
    "--queues training"
)
MAINTENANCE = (
    f"{WORKER} --hostname maintenance@%h --pool threads --concurrency 2 --queues maintenance"
)
# Children of their own, ended now and then, since what measures music holds on to its memory.
ANALYSIS = (
    f"{WORKER} --hostname analysis@%h --pool prefork --concurrency 1 --max-tasks-per-child 50 "
    "--queues spectrogram,analysis"
)
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
        program("inference", INFERENCE),
        program("training", TRAINING, in_background=True),
        program("maintenance", MAINTENANCE),
        program("analysis", ANALYSIS, in_background=True),
        program("clock", CLOCK),
    ]
