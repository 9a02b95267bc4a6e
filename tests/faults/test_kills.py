"""Processes are killed at random moments while songs are sent; nothing accepted is ever lost.

In full: TONEMARK_FAULT_UPLOADS=200 .venv/bin/pytest -s tests/faults/test_kills.py
A run is told by its seed; TONEMARK_FAULT_SEED=… kills in the same order again.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ml.weights import default_model_path
from tests.faults.client import Client, clip
from tests.faults.installation import Installation, wait_for

UPLOADS = int(os.environ.get("TONEMARK_FAULT_UPLOADS", "20"))
SEED = int(os.environ.get("TONEMARK_FAULT_SEED") or random.SystemRandom().randrange(10**6))
VICTIMS = ("web", "inference", "decoder", "broker", "database", "maintenance", "supervisor")
# A lease, the reaper's round and its grace, for the job that is lost last; on a busy machine.
RECOVERY = 600
TAGGED = "tagged by succeeded"
LONG_AGO = 10 * 24 * 3600

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300 + RECOVERY + UPLOADS * 20),
    pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc"),
]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    one = Installation(tmp_path / "data")
    try:
        one.up()
        yield one
    finally:
        one.down()


def test_nothing_accepted_is_lost_whoever_is_killed(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = Client(installation.address, installation.token(), SEED)
    clips = [clip(tmp_path / f"{number}.wav", number) for number in range(UPLOADS)]
    with ThreadPoolExecutor(2) as pool:
        accepted = pool.map(client.upload, clips)
        kill_in_turns(installation, random.Random(SEED), rounds=max(1, UPLOADS // 40))
        tracks = list(accepted)
    for track in tracks[::5]:
        client.reject(track, "guitar")
    wait_for(lambda: not open_jobs(client), installation, RECOVERY)
    lost = {
        "uploads": missing(client, tracks),
        "verdicts": [track for track in tracks[::5] if "guitar" in slugs(client, track)],
    }
    swept, left = checked(installation)
    with capsys.disabled():
        print(
            f"\nseed {SEED}: {UPLOADS} uploads, {installation.kills} kills, {client.refusals} "
            f"requests sent again, {swept} orphans swept; lost: {sum(map(len, lost.values()))}"
        )
    assert lost == {"uploads": [], "verdicts": []}
    assert left == []


def kill_in_turns(installation: Installation, chance: random.Random, rounds: int) -> None:
    for _ in range(rounds):
        for victim in chance.sample(VICTIMS, len(VICTIMS)):
            time.sleep(chance.uniform(0.5, 4))
            wait_for(lambda victim=victim: installation.kill(victim), installation, 120)  # type: ignore[misc]


def open_jobs(client: Client) -> bool:
    return any(client.get(f"jobs/?state={state}")["results"] for state in ("queued", "running"))


def missing(client: Client, tracks: list[str]) -> list[str]:
    """Accepted, but not tagged once and for all by one job that succeeded; and why."""
    return [f"{track}: {fate}" for track in tracks if (fate := fate_of(client, track)) != TAGGED]


def fate_of(client: Client, track: str) -> str:
    jobs = client.get(f"jobs/?track={track}&kind=tag_track")["results"]
    told = [f"{job['state']} {job['error'] or ''}".strip() for job in jobs]
    return f"{client.get(f'tracks/{track}/')['state']} by {', '.join(told)}"


def slugs(client: Client, track: str) -> list[str]:
    return [tag["slug"] for tag in client.get(f"tracks/{track}/tags/")]


def checked(installation: Installation) -> tuple[int, list[str]]:
    """How many orphans there were, and every other fault; as if the last upload were long ago."""
    media = installation.data / "media"
    for path in (path for path in media.rglob("*") if path.is_file()):
        os.utime(path, (time.time() - LONG_AGO, time.time() - LONG_AGO))
    faults = installation.check_library("--repair")["faults"]
    kinds = [fault["kind"] for fault in faults]
    assert installation.check_library()["faults"] == []
    harmless = ("file-orphaned", "upload-left")
    return sum(kind in harmless for kind in kinds), [k for k in kinds if k not in harmless]
