"""A child that runs for as long as the installation does: the web server, a worker, the clock."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .linux import die_with_parent, give_way
from .pump import pump


@dataclass
class Program:
    name: str
    command: list[str]
    folder: Path
    logs: Path
    tell: Callable[[str], None]
    # Workers are killed outright: their jobs are leased, and taken up again by whoever comes next.
    death: signal.Signals = signal.SIGKILL
    grace: float = 10.0
    # Its work can wait while people do not.
    in_background: bool = False
    process: subprocess.Popen[str] | None = field(default=None, init=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=self._prepare,
        )
        if self.process.stdout:
            pump(self.process.stdout, self.logs / f"{self.name}.log", self._echo)

    def _prepare(self) -> None:
        die_with_parent(self.death)
        if self.in_background:
            give_way()

    def _echo(self, line: str) -> None:
        self.tell(f"{self.name}: {line}")

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process and self.alive():
            self.process.terminate()

    def stop(self) -> None:
        """Ask, then insist, then end its whole session."""
        self.ask_to_stop()
        if not self._ended() and self.process:
            self.process.send_signal(signal.SIGQUIT)
        if not self._ended() and self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _ended(self) -> bool:
        try:
            return self.process is None or self.process.wait(self.grace) is not None
        except subprocess.TimeoutExpired:
            return False
