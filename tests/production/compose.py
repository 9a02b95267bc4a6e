"""compose.yaml as Docker Compose itself reads it, and its services as processes of this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
# The wheel's own command forgets with what exit code Compose ended.
COMPOSE = Path(str(find_spec("compose").origin)).parent / "docker-compose"  # type: ignore[union-attr]
SITE = "tags.example.org"
LIMIT = 1_000_000


def configuration(**environment: str) -> dict[str, Any]:
    """All profiles. Docker Compose refuses what does not agree with its schema."""
    read = subprocess.run(
        [COMPOSE, "--profile", "*", "config", "--format", "json"],
        cwd=ROOT,
        env=os.environ | {"TONEMARK_SITE": SITE} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert read.returncode == 0, read.stderr
    services: dict[str, Any] = json.loads(read.stdout)
    return services


@dataclass(frozen=True)
class Machine:
    """Where on this machine is what the containers know by their own names."""

    folder: Path
    postgres: int
    broker: int
    web: int
    proxy: int

    def here(self, text: str) -> str:
        for there, at in {
            "@postgres:5432": f"@127.0.0.1:{self.postgres}",
            "broker:6379": f"127.0.0.1:{self.broker}",
            "web:8000": f"127.0.0.1:{self.web}",
            "0.0.0.0:8000": f"127.0.0.1:{self.web}",
            "valkey-server -": f"valkey-server - --port {self.broker} --dir {self.folder}",
            "/run/secrets/": f"{self.folder}/secrets/",
            "/var/cache/nginx": f"{self.folder}/nginx",
            "$$": "$",
        }.items():
            text = text.replace(there, at)
        return text

    def place(self, text: str) -> str:
        """A value of the environment: folders are whole values."""
        return str(self.folder / text[1:]) if text in ("/data", "/media") else self.here(text)

    def environment(self, service: dict[str, Any]) -> dict[str, str]:
        given = {name: self.place(value) for name, value in service["environment"].items()}
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith(("TONEMARK_", "DJANGO_"))
        }
        return inherited | given

    def command(self, service: dict[str, Any]) -> list[str]:
        return [self.here(part) for part in service["command"]]
