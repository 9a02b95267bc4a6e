"""A process of its own for a test, forked from a server that has torch and Celery loaded already.

A process that begins from nothing spends seconds of a core on importing them; what is tried in it
often milliseconds. The server has done nothing but import (no thread, no database, no sound), so a
process forked from it is what a fresh one would be after its imports.
"""

from __future__ import annotations

import atexit
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from ml.__main__ import main

from .garbage import collect_seldom

ROOT = Path(__file__).parents[1]
PATIENCE = 200
_SERVER = get_context("forkserver")
# torch imports its compiler at the first step of an optimiser; our own modules import most of what
# they need when they are first asked, scikit-learn with pandas among it.
_SERVER.set_forkserver_preload(
    [
        "torch",
        "torch._dynamo",
        "av",
        "sklearn.metrics",
        "ml.__main__",
        "ml.checkpoints.weights",
        "ml.training.trainer",
        "ml.training.head_trainer",
        "ml.evaluation.report",
        "ml.evaluation.robustness",
        "ml.data.magnatagatune.prepare",
        # Of Django and Celery, what asks for no settings.
        "psycopg_pool",
        "django.core.management",
        "django.db.models",
        "celery.__main__",
        "celery.bin.celery",
        "celery.apps.worker",
        "celery.concurrency.solo",
        "celery.concurrency.prefork",
        "celery.worker.consumer",
        "kombu.transport.redis",
    ]
)


@dataclass(frozen=True)
class Done:
    """How a process ended and what it said; the names are subprocess.CompletedProcess's."""

    returncode: int
    stdout: str
    stderr: str


def forked(function: Callable[..., object], *arguments: object) -> Done:
    """Runs an importable function in a process of its own, in the root; what it returns is lost."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = _SERVER.Process(
            target=_run, args=(function, arguments, dict(os.environ), out, err)
        )
        process.start()
        process.join(PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutError(f"{function.__name__}{arguments} took more than {PATIENCE} s")
        assert process.exitcode is not None
        return Done(process.exitcode, out.read_text(), err.read_text())


def ml(*arguments: object) -> Done:
    """`python -m ml ARGUMENTS`."""
    return forked(_command, *map(str, arguments))


def _command(*arguments: str) -> None:
    sys.exit(main(list(arguments)))


class Started:
    """A program that goes on beside the test; the names are subprocess.Popen's."""

    def __init__(self, module: str, *arguments: str, log: Path, env: Mapping[str, str]) -> None:
        """`python -m MODULE ARGUMENTS`, in a session of its own, all of whose words go to `log`."""
        self._process = _SERVER.Process(
            target=_run, args=(_program, (module, *arguments), dict(env), log, log)
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", seconds or 0)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def _program(module: str, *arguments: str) -> None:
    os.setsid()
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        # A process of multiprocessing's leaves out what others do at their end.
        atexit._run_exitfuncs()


def _run(
    function: Callable[..., object],
    arguments: tuple[object, ...],
    environment: dict[str, str],
    out: Path,
    err: Path,
) -> None:
    for descriptor, file in ((1, out), (2, err)):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, descriptor)
        os.close(opened)
    collect_seldom()
    # A server of its own it begins with nothing.
    _SERVER.set_forkserver_preload([])
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    function(*arguments)
