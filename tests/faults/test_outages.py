"""The database or the broker is away for a while: what people meet, and what is made good."""

from __future__ import annotations

import os
import resource
import signal
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ml.checkpoints.weights import default_model_path

from .client import Client, clip
from .installation import Installation, wait_for

PATIENCE = 240
MEBIBYTE = 2**20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc"),
]


@contextmanager
def away(installation: Installation, name: str) -> Iterator[None]:
    """Killed, and not started again as long as the supervisor stands still."""
    assert installation.supervisor
    installation.supervisor.send_signal(signal.SIGSTOP)
    try:
        assert installation.kill(name)
        yield
    finally:
        installation.supervisor.send_signal(signal.SIGCONT)


def answer(address: str, token: str = "") -> tuple[int, Any, str]:
    # A session that may be anybody's has to be looked up.
    visitor = {"Cookie": "sessionid=somebody"}
    headers = {"Authorization": f"Bearer {token}"} if token else visitor
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def test_what_is_away_is_said_and_made_good_without_a_restart(
    installation: Installation, tmp_path: Path
) -> None:
    token = installation.token()
    client = Client(installation.address, token, 0)
    web = installation.processes("web")

    with away(installation, "database"):
        status, headers, page = answer(f"{installation.address}/")
        assert (status, "Back in a moment" in page) == (503, True)
        assert int(headers["Retry-After"]) > 0
        status, headers, body = answer(f"{installation.address}/api/v1/tracks/", token)
        assert (status, headers["Content-Type"]) == (503, "application/problem+json")
        assert '"/api/v1/problems/unavailable/"' in body
    wait_for(lambda: answer(f"{installation.address}/")[0] == 200, installation, PATIENCE)

    with away(installation, "broker"):
        track = client.ask("POST", "tracks/", *client.form(clip(tmp_path / "a.wav", 1)))["track"]
    wait_for(
        lambda: client.get(f"tracks/{track['id']}/")["state"] == "tagged", installation, PATIENCE
    )

    song = clip(tmp_path / "b.wav", 2)
    song.write_bytes(song.read_bytes() + bytes(4 * MEBIBYTE))
    with little_room(web):
        status = refused(client, song)
    assert status == 507
    assert list((installation.data / "media" / ".incoming").iterdir()) == []
    assert client.upload(song) != track["id"]
    assert installation.processes("web") == web


@contextmanager
def little_room(processes: list[int]) -> Iterator[None]:
    """None of them can make a file grow beyond a MiB: to whoever writes, that is a full disk."""
    limits = {process: resource.prlimit(process, resource.RLIMIT_FSIZE) for process in processes}
    for process, (_, hard) in limits.items():
        resource.prlimit(process, resource.RLIMIT_FSIZE, (MEBIBYTE, hard))
    yield
    for process, former in limits.items():
        resource.prlimit(process, resource.RLIMIT_FSIZE, former)


def refused(client: Client, song: Path) -> int:
    with pytest.raises(urllib.error.HTTPError) as caught:
        client.ask("POST", "tracks/", *client.form(song))
    return caught.value.code


def test_a_decoder_that_is_killed_costs_an_attempt_and_no_upload(
    installation: Installation, tmp_path: Path
) -> None:
    client = Client(installation.address, installation.token(), 0)
    client.upload(clip(tmp_path / "a.wav", 3))
    (first, *_) = installation.processes("decoder")
    os.kill(first, signal.SIGKILL)
    track = client.upload(clip(tmp_path / "b.wav", 4))
    wait_for(lambda: client.get(f"tracks/{track}/")["state"] == "tagged", installation, PATIENCE)
