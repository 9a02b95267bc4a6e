"""Every service of compose.yaml as a process: the container layer is all that is left out."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.ports import free_ports
from webapp.embedded.servers.binaries import broker_program

from . import stores
from .compose import LIMIT, PROGRAMS, ROOT, Machine, configuration

PATIENCE = 180.0
SECRETS = ("secret-key", "database-password", "broker-password", "metrics-key", "admin-password")


class Stack:
    def __init__(self, folder: Path) -> None:
        self.machine = Machine(folder, *free_ports(4))
        self.services: dict[str, Any] = configuration(TONEMARK_MAX_UPLOAD_BYTES=str(LIMIT))[
            "services"
        ]
        self.processes: list[subprocess.Popen[bytes]] = []
        self.secrets = {name: secrets.token_urlsafe(24) for name in SECRETS}
        self.notice = ""

    def start(self) -> None:
        for folder in ("secrets", "data", "media", "log", "run"):
            (self.machine.folder / folder).mkdir()
        for name, value in self.secrets.items():
            (self.machine.folder / "secrets" / name).write_text(value + "\n")
        self.processes.append(stores.postgres(self.machine, self.log("postgres")))
        self.await_postgres()
        self.run("broker")
        self.notice = self.once("migrate")
        for service in ("web", "inference", "maintenance", "analysis", "training", "beat"):
            self.run(service)
        self.run("inference", "second-inference")
        self.proxy()

    def run(self, service: str, name: str = "") -> None:
        name = name or service
        command = self.machine.command(self.services[service])
        command = [part.replace("@%h", f"-{name}@%h") for part in command]
        with self.log(name).open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    command, cwd=ROOT, env=self.environment(service, name), stdout=log, stderr=log
                )
            )

    def once(self, service: str) -> str:
        done = subprocess.run(
            self.machine.command(self.services[service]),
            cwd=ROOT,
            env=self.environment(service, service),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def manage(self, *arguments: str) -> str:
        self.services["manage"] = self.services["migrate"] | {
            "command": ["python", "manage.py", *arguments]
        }
        return self.once("manage")

    def environment(self, service: str, name: str) -> dict[str, str]:
        temporary = self.machine.folder / "tmp" / name
        temporary.mkdir(parents=True, exist_ok=True)
        path = [str(PROGRAMS), str(broker_program().parent), os.environ["PATH"]]
        return self.machine.environment({"environment": {}} | self.services[service]) | {
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(temporary),
            "OMP_NUM_THREADS": "1",
            "TONEMARK_TORCH_THREADS": "1",
        }

    def proxy(self) -> None:
        environment = self.environment("proxy", "proxy")
        whole = stores.nginx_configuration(self.machine, environment)
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        with self.log("proxy").open("ab") as log:
            self.processes.append(
                subprocess.Popen([nginx, "-c", whole, "-p", whole.parent], stdout=log, stderr=log)
            )

    def log(self, name: str) -> Path:
        return self.machine.folder / "log" / f"{name}.log"

    def await_postgres(self) -> None:
        address = (
            f"host=127.0.0.1 port={self.machine.postgres} user=tonemark dbname=postgres "
            f"password={self.secrets['database-password']}"
        )

        def answers() -> bool:
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    connection.execute("CREATE DATABASE tonemark")
            except psycopg.OperationalError:
                return False
            return True

        self.wait_for(answers, "postgres")

    def wait_for(self, condition: Callable[[], bool], log: str) -> None:
        until = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > until:
                tail = self.log(log).read_text()[-4000:]
                pytest.fail(f"waited {PATIENCE} s in vain; {log} says:\n{tail}")
            time.sleep(0.2)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
