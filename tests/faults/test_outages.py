"""The database or the broker is away for a while: what people meet, and what is made good."""

from __future__ import annotations

import http.client
import os
import resource
import signal
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ml.checkpoints.weights import default_model_path

from .client import Client, clip
from .extent import IN_FULL
from .installation import Installation, wait_for
from .protocol import Protocol
from .small_disk import filled, moved

PATIENCE = 240
MEBIBYTE = 2**20
DISK_UPLOADS = 30 if IN_FULL else 4
# The first number of the songs of each, so that none is like another.
SONGS = {"media": 100, "database": 200, "broker": 300, "temporary files": 400}
# No answer at all.
GONE = 0
WAITING = "SELECT count(*) FROM tagger_job WHERE kind = 'tag_track' AND finished_at IS NULL"
LOGGED = f"SELECT pg_logical_emit_message(true, 'tests', repeat('x', {MEBIBYTE}))"
MUCH = 256 * MEBIBYTE
FATES = """
SELECT id::text, state, (SELECT count(*) FROM tagger_analysis WHERE track_id = tagger_track.id)
FROM tagger_track
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(7_200 if IN_FULL else 900),
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


# Which folder lies on a small disk, whose process has it open, and how much it holds at most.
DISKS = {
    "media": ("media", None),
    "database": ("postgres", "database"),
    "broker": ("broker", "broker"),
    "temporary files": ("temporary", None),
}


@pytest.mark.parametrize("name", DISKS if IN_FULL else ("media", "broker"))
def test_a_disk_that_fills_up_costs_nothing_that_was_accepted(
    name: str, installation: Installation, tmp_path: Path, protocol: Protocol
) -> None:
    token = installation.token()
    client = Client(installation.address, token, 0)
    folder, process = DISKS[name]
    songs = [clip(tmp_path / f"{n}.wav", SONGS[name] + n) for n in range(DISK_UPLOADS)]
    taken: dict[Path, str] = {}
    refusals: Counter[int] = Counter()
    still = partial(standing_still, installation, process)
    # Postgres keeps 80 MiB of its log by itself, and writes some of it anew when it recovers.
    room = MEBIBYTE * (256 if name == "database" else 32)
    with moved(installation.data / folder, room, still) as disk:
        taken[songs[0]] = client.upload(songs[0])
        with filled(disk):
            if name == "database":
                use_up(installation)
            for song in songs[1:-1]:
                status, track = offered(client, song)
                if track:
                    taken[song] = track
                refusals[status] += not track
            wait_for(lambda: answer(f"{installation.address}/livez")[0] == 200, installation, 60)
        # Whoever was refused tries again, and all is as if nothing had been.
        for song in songs:
            again = client.upload(song)
            assert taken.setdefault(song, again) == again
        wait_for(lambda: not installation.ask(WAITING)[0][0], installation, PATIENCE)
    fates = {track: (state, heard) for track, state, heard in installation.ask(FATES)}
    lost = [track for track in taken.values() if fates.get(track) != ("tagged", 1)]
    said = ", ".join(f"{count} × {status}" for status, count in sorted(refusals.items()) if count)
    protocol.row(
        f"disk of {name} full to the last byte while {len(songs) - 2} songs were sent: "
        f"{len(songs) - 2 - refusals.total()} accepted, refused {said or 'none'}; all sent again",
        lost=len(lost),
        twice=len(taken) - len(set(taken.values())),
        stuck=installation.ask(WAITING)[0][0],
    )
    assert lost == []
    assert set(refusals) <= {202, 503, 507, GONE}


def use_up(installation: Installation) -> None:
    """Also the room that Postgres has kept for its log: it gives up, and comes back without end."""
    with suppress(psycopg.OperationalError):
        for _ in range(MUCH // MEBIBYTE):
            installation.ask_once(LOGGED)
        pytest.fail("its disk is full, and it goes on to write")


def offered(client: Client, song: Path) -> tuple[int, str]:
    """How it was answered, and the track if it was accepted."""
    try:
        return 202, str(client.ask("POST", "tracks/", *client.form(song))["track"]["id"])
    except urllib.error.HTTPError as error:
        return error.code, ""
    except (OSError, http.client.HTTPException):
        return GONE, ""


@contextmanager
def standing_still(installation: Installation, name: str | None) -> Iterator[None]:
    if name is None:
        yield
    else:
        with away(installation, name):
            wait_for(lambda: not installation.processes(name), installation, 60)
            yield


def test_a_decoder_that_is_killed_costs_an_attempt_and_no_upload(
    installation: Installation, tmp_path: Path
) -> None:
    client = Client(installation.address, installation.token(), 0)
    client.upload(clip(tmp_path / "a.wav", 3))
    (first, *_) = installation.processes("decoder")
    os.kill(first, signal.SIGKILL)
    track = client.upload(clip(tmp_path / "b.wav", 4))
    wait_for(lambda: client.get(f"tracks/{track}/")["state"] == "tagged", installation, PATIENCE)
