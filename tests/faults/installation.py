"""One installation as `bin/serve` starts it, whose processes can be killed one by one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg

from tests.ports import free_port
from tests.runtime.test_serve import FIRST_ADMIN, ROOT, await_none, await_up, environment, start
from webapp.embedded.locations import Locations
from webapp.embedded.servers.postgres import DATABASE

# Of a command of ours: to check ten thousand tracks takes minutes on a busy machine.
PATIENCE = 900

# What a process is known by in its command line.
MARKS = {
    "web": b"gunicorn",
    "inference": b"inference@",
    "maintenance": b"maintenance@",
    "analysis": b"analysis@",
    "clock": b"\0beat\0",
    "broker": b"valkey-server",
    "database": b"bin/postgres\0",
    "decoder": b"ml.audio.sandbox.server",
}
TOKEN = """
from tagger.accounts.tokens import make_token
from tagger.models import ApiToken, User
print(make_token(User.objects.get(username="admin"), "faults", ApiToken.Scope.WRITE)[1])
"""


class Installation:
    def __init__(
        self, data: Path, variables: Mapping[str, str] | None = None, folder: Path = ROOT
    ) -> None:
        """`folder`: where the code is that it runs."""
        self.data = data
        self.folder = folder
        self.port = free_port()
        self.environment = environment() | {"TONEMARK_DATA_DIR": str(data)} | dict(variables or {})
        self.kills: Counter[str] = Counter()
        self.supervisor: subprocess.Popen[str] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        is_new = not (self.data / "postgres").exists()
        self.supervisor = start(self.data, self.port, self.environment, self.folder)
        said = await_up(self.supervisor)
        assert is_new or FIRST_ADMIN not in said
        # Nobody reads on: a pipe that is full would hold up all that it supervises.
        Thread(target=self.supervisor.communicate, daemon=True).start()

    def down(self) -> None:
        if self.supervisor and self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
            self.supervisor.wait(120)
        await_none(self.data, 60)

    def kill(self, name: str) -> bool:
        """SIGKILL; False when no such process lives at this moment."""
        if name == "supervisor":
            self._kill_everything()
            return True
        matching = self.processes(name)
        if matching:
            os.kill(matching[0], signal.SIGKILL)
            self.kills[name] += 1
        return bool(matching)

    def _kill_everything(self) -> None:
        """As a power cut would: the supervisor dies, its children with it. Then up again."""
        assert self.supervisor
        self.supervisor.kill()
        self.supervisor.wait()
        self.kills["supervisor"] += 1
        await_none(self.data, 120)
        self.up()

    def processes(self, name: str) -> list[int]:
        """Those of a kind, parents first."""
        return [
            process for process in self._descendants() if MARKS[name] in _read(process, "cmdline")
        ]

    def _descendants(self) -> list[int]:
        assert self.supervisor
        numbers = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
        states = {number: state_and_parent(number) for number in numbers}
        family = [self.supervisor.pid]
        for one in family:
            family += [n for n, (_, parent) in sorted(states.items()) if parent == one]
        return [number for number in family[1:] if states[number][0] != b"Z"]

    def manage(self, *arguments: str, check: bool = True) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done.stdout

    @cache  # noqa: B019  there are few, and they end with the tests
    def token(self) -> str:
        return self.manage("shell", "-v", "0", "-c", TOKEN).strip().splitlines()[-1]

    def check_library(self, *arguments: str) -> Any:
        return json.loads(self.manage("check_library", "--json", *arguments, check=False))

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Its database itself, once it is there; what the query answers, if it does."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self.ask_once(query, *values)
            except psycopg.OperationalError:
                assert time.monotonic() < until, self.said()
                time.sleep(0.5)

    def ask_once(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        where = f"host={Locations(self.data).sockets} user=postgres dbname={DATABASE}"
        with psycopg.connect(where, autocommit=True) as connection:
            answer = connection.execute(query, values)
            return answer.fetchall() if answer.description else []

    def said(self) -> str:
        """The ends of all logs, for a test that fails."""
        logs = sorted((self.data / "log").glob("*.log"))
        return "\n".join(f"== {log.name}\n{log.read_text()[-2000:]}" for log in logs)


def wait_for(condition: Callable[[], bool], installation: Installation, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s in vain\n{installation.said()}"
        time.sleep(0.5)


def _read(process: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except OSError:
        return b""


def state_and_parent(process: int) -> tuple[bytes, int]:
    """Of a process that has gone: a zombie without a parent."""
    fields = _read(process, "stat").rpartition(b")")[2].split()
    return (fields[0], int(fields[1])) if fields else (b"Z", 0)
