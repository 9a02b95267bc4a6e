"""The API of a running server, as the owner of a token."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import urllib3


class Site:
    def __init__(self, address: str, token: str, connections: int) -> None:
        self.pool = urllib3.PoolManager(
            maxsize=connections,
            headers={"Authorization": f"Bearer {token}"},
            timeout=300,
            retries=False,
        )
        self.api = f"{address.rstrip('/')}/api/v1/"

    def ask(self, method: str, path: str, **body: Any) -> urllib3.BaseHTTPResponse:
        return self.pool.request(method, self.api + path, **body)

    def upload(self, file: Path) -> urllib3.BaseHTTPResponse:
        return self.ask("POST", "tracks/", fields={"file": (file.name, file.read_bytes())})


def add_arguments(arguments: ArgumentParser, *, files: int, side_by_side: int) -> None:
    """What is uploaded where, by whom, and how many at a time."""
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--token", required=True)
    arguments.add_argument("--site", default="http://127.0.0.1:8000")
    arguments.add_argument("--files", type=int, default=files)
    arguments.add_argument("--side-by-side", type=int, default=side_by_side)
