"""A process of its own for a test, forked from a server that has torch loaded already.

A process that begins from nothing spends seconds of a core on importing torch; what is tried in it
often milliseconds. The server has done nothing but import (no thread, no database, no sound), so a
process forked from it is what a fresh one would be after its imports.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from ml.__main__ import main

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


def _run(
    function: Callable[..., object],
    arguments: tuple[object, ...],
    environment: dict[str, str],
    out: Path,
    err: Path,
) -> None:
    for descriptor, file in ((1, out), (2, err)):
        opened = os.open(file, os.O_WRONLY | os.O_CREAT)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    function(*arguments)
