"""An installation as an operator makes it: a clone, bin/configure, docker compose up."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.production.compose import COMPOSE, SITE
from tests.production.stack import free_ports
from tests.production.visitor import Answer, Visitor

from .engine import docker, inspect

MAKE_TOKEN = """
from tagger.accounts.registration import register
from tagger.accounts.tokens import make_token
from tagger.models import User
owner = User.objects.filter(username="owner").first() or register("owner", "a-long-enough-password")
print("TOKEN", make_token(owner, "tests", "write")[1])
"""
COUNT = """
from tagger.models import Job, Track
tagging = Job.objects.filter(kind=Job.Kind.TAG_TRACK)
print("COUNT", Track.objects.count(), tagging.exclude(state="succeeded").count())
"""


class Site:
    def __init__(self, folder: Path, project: str, inputs: dict[str, Any]) -> None:
        self.folder = folder
        self.project = project
        (self.port,) = free_ports(1)
        self.inputs = inputs
        self.token = ""

    # The three commands.

    def clone(self, source: Path) -> None:
        """The work tree as it is, committed or not."""
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=source,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\0")
        for name in filter(None, names):
            if (source / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source / name, self.folder / name)

    def configure(self) -> None:
        subprocess.run([self.folder / "bin/configure", SITE], check=True, capture_output=True)
        with (self.folder / ".env").open("a") as env:
            env.write(f"TONEMARK_LISTEN=127.0.0.1:{self.port}\n")
        with (self.folder / "tonemark.env").open("a") as settings:
            # What is idle is measured; nobody waits ten minutes for it.
            settings.write("TONEMARK_WORKER_IDLE_SECONDS=30\n")
        (self.folder / "compose.override.yaml").write_text(json.dumps(self._override()))

    def up(self, *arguments: str) -> float:
        """The seconds until every container is healthy."""
        began = time.monotonic()
        self.compose("up", "--detach", *arguments)
        self.until(self.healthy, "all are healthy", 600)
        return time.monotonic() - began

    def _override(self) -> dict[str, Any]:
        build = {
            "network": "host",
            "args": self.inputs["arguments"],
            "secrets": list(self.inputs["files"]),
        }
        secrets = {name: {"file": str(path)} for name, path in self.inputs["files"].items()}
        return {"services": {"migrate": {"build": build}}, "secrets": secrets}

    # What an operator types.

    def compose(self, *arguments: str, check: bool = True, **environment: str) -> str:
        done = subprocess.run(
            [COMPOSE, "--project-name", self.project, *arguments],
            cwd=self.folder,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{arguments}\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}")
        return done.stdout

    def manage(self, *arguments: str) -> str:
        return self.compose("exec", "--no-TTY", "web", "python", "manage.py", *arguments)

    def shell(self, code: str, word: str) -> str:
        """The rest of the one line that begins with this word."""
        said = self.manage("shell", "--verbosity", "0", "-c", code)
        (line,) = (line for line in said.splitlines() if line.startswith(word))
        return line.removeprefix(word).strip()

    def containers(self, service: str = "") -> list[dict[str, Any]]:
        ids = self.compose("ps", "--all", "--quiet", *filter(None, [service])).split()
        return inspect(*ids) if ids else []

    def healthy(self) -> bool:
        containers = self.containers()
        return bool(containers) and all(_well(container) for container in containers)

    def stop(self) -> None:
        self.compose("down", "--volumes", "--timeout", "5", check=False)

    # What a visitor does.

    def visitor(self) -> Visitor:
        if not self.token:
            self.token = self.shell(MAKE_TOKEN, "TOKEN")
        return Visitor(self.port, self.token)

    def upload(self, clip: Path) -> Answer:
        """As clients do it: what was refused for the moment is sent again."""
        for _ in range(60):
            try:
                answer = self.visitor().upload(clip)
            except OSError:
                answer = None
            if answer and answer.status not in (429, 503):
                assert answer.status in (200, 202), answer.body
                return answer
            time.sleep(1)
        raise AssertionError("an upload was refused for a minute")

    def await_tagged(self, uploads: list[Answer], patience: float = 300) -> None:
        visitor = self.visitor()
        open_jobs = [answer.json["job"]["id"] for answer in uploads]

        def done() -> bool:
            while open_jobs:
                job = visitor.get(f"/api/v1/jobs/{open_jobs[0]}/").json
                assert not job.get("error"), job
                if job.get("state") != "succeeded":
                    return False
                open_jobs.pop(0)
            return True

        self.until(done, "all uploads have their tags", patience)

    def counts(self) -> tuple[int, int]:
        """Tracks, and those that have not got their tags."""
        tracks, others = self.shell(COUNT, "COUNT").split()
        return int(tracks), int(others)

    def until(self, condition: Callable[[], bool], what: str, patience: float = 240) -> None:
        end = time.monotonic() + patience
        while not condition():
            if time.monotonic() > end:
                logs = self.compose("logs", "--tail", "15", check=False)
                state = self.compose("ps", "--all", check=False)
                raise AssertionError(f"not after {patience} s: {what}\n{state}\n{logs[-8000:]}")
            time.sleep(0.3)


def _well(container: dict[str, Any]) -> bool:
    state = container["State"]
    if "Health" in state:
        return bool(state["Running"] and state["Health"]["Status"] == "healthy")
    return bool(state["Status"] == "exited" and state["ExitCode"] == 0)


def image_bytes(name: str) -> int:
    return int(inspect(name)[0]["Size"])


def private_bytes(container: str) -> int:
    """Bytes of its processes; what the engine shows holds the disk's cache as well."""
    return sum(_private(int(pid)) for pid in docker("top", container, "-eo", "pid").split()[1:])


def _private(pid: int) -> int:
    """Proportional set size: pages that processes share are counted once between them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    (line,) = (line for line in text.splitlines() if line.startswith("Pss:"))
    return int(line.split()[1]) * 1024
