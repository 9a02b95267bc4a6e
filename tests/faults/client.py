"""A client that sends songs until each is accepted, whatever happens to the server."""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.request
import wave
from pathlib import Path
from typing import Any

import numpy as np

PATIENCE = 240.0
BOUNDARY = "tonemark-fault-test"


def clip(path: Path, number: int, seconds: float | None = None) -> Path:
    """A song like no other: a chord by its number, one to eight seconds long or as given."""
    chance = np.random.default_rng(number)
    time_line = np.arange(int((seconds or chance.uniform(1, 8)) * 22_050)) / 22_050
    chord = sum(np.sin(2 * np.pi * pitch * time_line) for pitch in chance.uniform(80, 2_000, 4))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 22_050, 0, "NONE", ""))
        file.writeframes((chord * 4_000).astype("<i2").tobytes())
    return path


class Client:
    def __init__(self, address: str, token: str, seed: int) -> None:
        self.address = address
        self.token = token
        self.chance = random.Random(seed)
        self.refusals = 0

    def upload(self, path: Path) -> str:
        """Sent again until it is accepted; the id of its track."""
        return str(self._insist("POST", "tracks/", *self.form(path))["track"]["id"])

    def form(self, path: Path) -> tuple[bytes, str]:
        """The body that carries the file, and its content type."""
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="{path.name}"\r\nContent-Type: audio/wav\r\n\r\n'
        )
        body = head.encode() + path.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
        return body, f"multipart/form-data; boundary={BOUNDARY}"

    def reject(self, track: str, tag: str) -> None:
        body = json.dumps({"verdict": "rejected"}).encode()
        self._insist("PUT", f"tracks/{track}/tags/{tag}/", body, "application/json")

    def get(self, path: str) -> Any:
        return self._insist("GET", path)

    def _insist(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return self.ask(method, path, body, kind)
            except urllib.error.HTTPError as error:
                if error.code == 429:
                    time.sleep(float(error.headers["Retry-After"]))
                # Anything else would be a refusal of a good request: a fault of the product.
                elif error.code < 500:
                    raise AssertionError(error.read()) from error
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                pass
            self.refusals += 1
            assert time.monotonic() < until, f"{method} {path} was not answered for {PATIENCE} s"
            time.sleep(self.chance.uniform(0.1, 1.0))

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}",
            data=body,
            method=method,
            headers={"Authorization": f"Bearer {self.token}"}
            | ({"Content-Type": kind} if kind else {}),
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)
