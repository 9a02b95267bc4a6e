"""Processes are killed at random moments while songs are sent; nothing accepted is ever lost.

A run is told by its seed; TONEMARK_FAULT_SEED=… kills in the same order again.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from ml.checkpoints.weights import default_model_path

from .client import Client, clip
from .extent import UPLOADS
from .installation import MARKS, Installation, wait_for

SEED = int(os.environ.get("TONEMARK_FAULT_SEED") or random.SystemRandom().randrange(10**6))
VICTIMS = (*MARKS, "supervisor")
ROUNDS = max(1, UPLOADS // 40)
# A lease, the reaper's round and its grace, for the job that is lost last, and all that still
# waits to be analysed; on a busy machine.
RECOVERY = 600 + 5 * UPLOADS
LABELLED = 5
# All that were ever written, withdrawn ones too.
VERDICTS = """
from tagger.models import Verdict
GUITAR = Verdict.objects.filter(tag__name="guitar")
print(*sorted(str(track) for track in GUITAR.values_list("track", flat=True)))
"""
TAGGED = "tagged by succeeded"
LONG_AGO = 10 * 24 * 3600

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300 + RECOVERY + UPLOADS * 20),
    pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc"),
]


def test_nothing_accepted_is_lost_whoever_is_killed(
    installation: Installation, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    client = Client(installation.address, installation.token(), SEED)
    clips = [clip(tmp_path / f"{number}.wav", number) for number in range(UPLOADS)]
    tracks = send_while_killing(installation, client, clips)
    answered = sorted(tracks[::LABELLED])
    wait_for(lambda: not open_jobs(client), installation, RECOVERY)
    lost = {
        "uploads": missing(client, tracks),
        "verdicts": [track for track in answered if "guitar" in slugs(client, track)],
    }
    written = installation.manage("shell", "-v", "0", "-c", VERDICTS).split()
    swept, left = checked(installation)
    tell(
        f"seed {SEED}: {UPLOADS} uploads, {len(answered)} verdicts, {installation.kills} kills, "
        f"{client.refusals} requests sent again, {swept} orphans swept; "
        f"lost: {sum(map(len, lost.values()))}"
    )
    assert lost == {"uploads": [], "verdicts": []}
    assert written == answered, "a verdict is lost, or there twice"
    assert left == []


def send(client: Client, song: Path) -> str:
    """Upload it and, of every so manyth, say at once what it is not."""
    track = client.upload(song)
    if int(song.stem) % LABELLED == 0:
        client.reject(track, "guitar")
    return track


def send_while_killing(installation: Installation, client: Client, clips: list[Path]) -> list[str]:
    """The tracks, in the order of the clips. A few of these are on their way at each death."""
    chance = random.Random(SEED)
    victims = [one for _ in range(ROUNDS) for one in chance.sample(VICTIMS, len(VICTIMS))]
    sent: dict[Path, Future[str]] = {}
    with ThreadPoolExecutor(2) as pool:
        for number, victim in enumerate(victims):
            for song in clips[number :: len(victims)]:
                sent[song] = pool.submit(send, client, song)
            time.sleep(chance.uniform(0, 3))
            wait_for(partial(installation.kill, victim), installation, 120)
    return [sent[song].result() for song in clips]


def open_jobs(client: Client) -> bool:
    return any(client.get(f"jobs/?state={state}")["results"] for state in ("queued", "running"))


def missing(client: Client, tracks: list[str]) -> list[str]:
    """Accepted, but not tagged once and for all by one job that succeeded; and why."""
    return [f"{track}: {fate}" for track in tracks if (fate := fate_of(client, track)) != TAGGED]


def fate_of(client: Client, track: str) -> str:
    jobs = client.get(f"jobs/?track={track}&kind=tag_track")["results"]
    states = [f"{job['state']} {job['error'] or ''}".strip() for job in jobs]
    return f"{client.get(f'tracks/{track}/')['state']} by {', '.join(states)}"


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
