"""Processes are killed at random moments while songs are sent; nothing accepted is ever lost.

A run is told by its seed; TONEMARK_FAULT_SEED=… kills in the same order again. In full 10,000 songs
under a hundred deaths: bin/endure kills.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from ml.checkpoints.weights import default_model_path

from .client import Client, clip
from .extent import IN_FULL, KILLS, UPLOADS
from .installation import MARKS, Installation, wait_for
from .protocol import Protocol

SEED = int(os.environ.get("TONEMARK_FAULT_SEED") or random.SystemRandom().randrange(10**6))
# A lease, the reaper's round and its grace, for the job that is lost last, and all that still
# waits to be analysed; on a busy machine.
RECOVERY = 600 + 5 * min(UPLOADS, 200)
# Of this many deaths one is the supervisor's, which takes everything with it.
EVERYTHING = 20
SENDERS = 4
TELL_EVERY = 15.0
LABELLED = 5
# Each track with what was done of it: once each, if all is well.
FATES = """
SELECT id::text, state,
    (SELECT string_agg(concat(state, error_code), ',') FROM tagger_job
        WHERE track_id = tagger_track.id AND kind = 'tag_track'),
    (SELECT count(*) FROM tagger_analysis WHERE track_id = tagger_track.id)
FROM tagger_track
"""
TAGGED = ("tagged", "succeeded", 1)
OPEN = "FROM tagger_job WHERE kind = 'tag_track' AND state IN ('queued', 'running')"
FAILED = "SELECT kind, error_code, error_detail FROM tagger_job WHERE state = 'failed'"
# All that were ever written, withdrawn ones too.
VERDICTS = """
SELECT track_id::text FROM tagger_verdict
WHERE tag_id = (SELECT id FROM tagger_tag WHERE name = 'guitar') ORDER BY 1
"""
GUITARS = """
SELECT track_id::text FROM tagger_tracktag
WHERE tag_id = (SELECT id FROM tagger_tag WHERE name = 'guitar')
"""
LONG_AGO = 10 * 24 * 3600

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300 + RECOVERY + UPLOADS * 20),
    pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc"),
]


def test_nothing_accepted_is_lost_whoever_is_killed(
    installation: Installation, tmp_path: Path, protocol: Protocol
) -> None:
    client = Client(installation.address, installation.token(), SEED)
    tracks = send_while_killing(installation, client, tmp_path, protocol)
    stuck = left_waiting(installation, protocol)
    answered = sorted(tracks[::LABELLED])
    fates = {track: (state, jobs, heard) for track, state, jobs, heard in installation.ask(FATES)}
    written = [track for (track,) in installation.ask(VERDICTS)]
    lost = {track: fates.get(track) for track in tracks if fates.get(track) != TAGGED}
    doubled = [*(fates.keys() - set(tracks)), *duplicates(written), *duplicates(tracks)]
    unsaid = set(answered) - set(written)
    protocol.progress("checking the library")
    swept, left = checked(installation)
    deaths = ", ".join(f"{name} {number}" for name, number in sorted(installation.kills.items()))
    restarts = ", everything stopped and started once" if IN_FULL else ""
    protocol.row(
        f"{UPLOADS:,} uploads and {len(answered):,} verdicts under "
        f"{installation.kills.total()} kills (seed {SEED}: {deaths}){restarts}; "
        f"{client.refusals} requests sent again, {swept} orphans swept",
        lost=len(lost) + len(unsaid),
        twice=len(doubled),
        stuck=stuck,
    )
    assert (lost, doubled, unsaid, stuck) == ({}, [], set(), 0)
    said = {track for (track,) in installation.ask(GUITARS)}
    assert said.isdisjoint(answered)
    assert (left, installation.ask(FAILED)) == ([], [])


def duplicates(ids: list[str]) -> list[str]:
    return sorted(track for track in set(ids) if ids.count(track) > 1) if ids else []


def send(client: Client, folder: Path, number: int) -> str:
    """Upload it and, of every so manyth, say at once what it is not."""
    song = clip(folder / f"{number}.wav", number, seconds=1 + number % 7 / 3)
    track = client.upload(song)
    song.unlink()
    if number % LABELLED == 0:
        client.reject(track, "guitar")
    return track


def deaths() -> list[str]:
    """In an order of chance: everybody about as often as anybody else, everything seldom."""
    supervisor = max(1, KILLS // EVERYTHING)
    names = list(MARKS) * (KILLS // len(MARKS) + 1)
    victims = [*names[: KILLS - supervisor], *["supervisor"] * supervisor]
    random.Random(SEED).shuffle(victims)
    return victims


def send_while_killing(
    installation: Installation, client: Client, folder: Path, protocol: Protocol
) -> list[str]:
    """The tracks, in the order of their numbers. A few of them are on their way at each death."""
    chance = random.Random(SEED)
    victims = deaths()
    with ThreadPoolExecutor(SENDERS) as pool:
        sent = [pool.submit(send, client, folder, number) for number in range(UPLOADS)]
        try:
            for number, victim in enumerate(victims):
                due = (number + chance.random()) * UPLOADS / len(victims)
                wait_for(partial(have_come, sent, due), installation, RECOVERY)
                time.sleep(chance.uniform(0, 0.5))
                wait_for(partial(installation.kill, victim), installation, 120)
                protocol.progress(f"{accepted(sent):,} accepted; kill {number + 1}: {victim}")
                if IN_FULL and number == len(victims) // 2:
                    protocol.progress("everything is stopped and started")
                    installation.down()
                    installation.up()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [one.result() for one in sent]


def accepted(sent: Iterable[Future[str]]) -> int:
    """Raises what a sender has met."""
    return sum(one.done() and bool(one.result()) for one in sent)


def have_come(sent: Iterable[Future[str]], due: float) -> bool:
    return accepted(sent) >= due


def left_waiting(installation: Installation, protocol: Protocol) -> int:
    """How many are still not heard once nothing has moved for as long as a recovery takes."""
    before, until, told = -1, 0.0, 0.0
    while (left := installation.ask(f"SELECT count(*) {OPEN}")[0][0]) and (
        left != before or time.monotonic() < until
    ):
        if left != before:
            before, until = left, time.monotonic() + RECOVERY
        if time.monotonic() > told + TELL_EVERY:
            told = time.monotonic()
            protocol.progress(f"{left:,} wait to be heard")
        time.sleep(5 if left > 100 else 0.5)
    return int(left)


def checked(installation: Installation) -> tuple[int, list[str]]:
    """How many orphans there were, and every other fault; as if the last upload were long ago."""
    media = installation.data / "media"
    for path in (path for path in media.rglob("*") if path.is_file()):
        os.utime(path, (time.time() - LONG_AGO, time.time() - LONG_AGO))
    faults = installation.check_library("--repair")["faults"]
    kinds = [fault["kind"] for fault in faults]
    harmless = ("file-orphaned", "upload-left")
    left = [kind for kind in kinds if kind not in harmless]
    if kinds:
        left += [fault["kind"] for fault in installation.check_library()["faults"]]
    return sum(kind in harmless for kind in kinds), left
