"""Management commands of the start, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from webapp.embedded.processes.linux import die_with_parent

from .errors import ServeError


def manage(folder: Path, *arguments: str) -> str:
    """What the command printed. Django's checks run once, in `migrate`."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=partial(die_with_parent),
    )
    if done.returncode:
        output = done.stderr.strip() or done.stdout.strip()
        raise ServeError(f"`manage.py {arguments[0]}` failed:\n{output}")
    return done.stdout
