"""What takes minutes to hours, for real and in full: bin/endure NAME. Skipped in bin/test."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import wave
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from ml.checkpoints.weights import default_model_path

from .client import Client, clip
from .extent import IN_FULL
from .installation import ROOT, Installation, wait_for
from .protocol import Protocol

RECOVERY = 900
TINY = 1_000
HOURS = (2, 4)
RATE = 22_050
DAY = 24 * 3600
STANDSTILL = 180
# From before libraries, folders and players.
OLD = "815b941"
OLD_TRACKS = 1_000
COMPILER = shutil.which("cc")
FATES = """
SELECT id::text, state, (SELECT count(*) FROM tagger_analysis WHERE track_id = tagger_track.id)
FROM tagger_track
"""
OPEN = "SELECT count(*) FROM tagger_job WHERE kind = 'tag_track' AND finished_at IS NULL"
MEBIBYTE = 2**20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(4 * 3600),
    pytest.mark.skipif(not IN_FULL, reason="takes minutes to hours: bin/endure"),
    pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc"),
]


@contextmanager
def running(data: Path, variables: Mapping[str, str] | None = None) -> Iterator[Installation]:
    one = Installation(data, variables)
    try:
        one.up()
        yield one
    finally:
        one.down()


def client_of(installation: Installation) -> Client:
    return Client(installation.address, installation.token(), 0)


def all_heard(installation: Installation) -> bool:
    return not installation.ask(OPEN)[0][0]


def recorded(installation: Installation, protocol: Protocol, tried: str, tracks: list[str]) -> None:
    """The row, and the failure if anything is lost, there twice or stuck."""
    fates = {track: (state, heard) for track, state, heard in installation.ask(FATES)}
    lost = [track for track in tracks if fates.get(track) != ("tagged", 1)]
    twice = sorted(fates.keys() - set(tracks))
    stuck = installation.ask(OPEN)[0][0]
    protocol.row(tried, lost=len(lost), twice=len(twice), stuck=stuck)
    assert (lost, twice, stuck) == ([], [], 0)


def test_a_worker_that_stands_still_for_minutes_is_replaced_and_does_no_harm(
    tmp_path: Path, protocol: Protocol
) -> None:
    with running(tmp_path / "data") as installation:
        client = client_of(installation)
        with second_worker(installation):
            tracks = [client.upload(clip(tmp_path / f"{n}.wav", n, 30)) for n in range(20)]
            (standing, *_) = installation.processes("inference")
            os.kill(standing, signal.SIGSTOP)
            protocol.progress(f"one of two workers stands still for {STANDSTILL} s")
            tracks += [client.upload(clip(tmp_path / f"{n}.wav", n, 30)) for n in range(20, 40)]
            time.sleep(STANDSTILL)
            before = installation.ask(OPEN)[0][0]
            os.kill(standing, signal.SIGCONT)
            wait_for(partial(all_heard, installation), installation, RECOVERY)
        recorded(
            installation,
            protocol,
            f"one of two workers stopped (SIGSTOP) for {STANDSTILL} s among 40 uploads; "
            f"{before} of them still waited when it went on",
            tracks,
        )
        assert before == 0


@contextmanager
def second_worker(installation: Installation) -> Iterator[None]:
    options = "worker --hostname second@%h --pool solo --queues inference --without-gossip"
    with (installation.data / "log" / "second.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "--app", "webapp", *options.split()],
            cwd=ROOT,
            env=installation.environment,
            stdout=log,
            stderr=log,
        )
    try:
        served = "SELECT count(*) FROM tagger_worker WHERE name LIKE 'second@%%'"
        wait_for(lambda: installation.ask(served)[0][0] > 0, installation, 120)
        yield
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.skipif(not COMPILER, reason="the shifted clock wants a C compiler")
def test_a_clock_that_jumps_a_day_forward_and_back_stops_nothing(
    tmp_path: Path, protocol: Protocol
) -> None:
    """Of all processes of the installation; this one's is right throughout."""
    library, offset = tmp_path / "shifted_clock.so", tmp_path / "offset"
    source = Path(__file__).with_name("shifted_clock.c")
    subprocess.run([str(COMPILER), "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    offset.write_text("0\n")
    pretended = {"LD_PRELOAD": str(library), "SHIFTED_CLOCK": str(offset)}
    with running(tmp_path / "data", pretended) as installation:
        client = client_of(installation)
        tracks = []
        for number, days in enumerate((0, 1, 0, -1, 0)):
            protocol.progress(f"the clock is {days:+} days from what it should be")
            offset.write_text(f"{days * DAY}\n")
            songs = [clip(tmp_path / f"{number}-{n}.wav", number * 100 + n, 20) for n in range(8)]
            tracks += [client.upload(song) for song in songs]
            assert installation.kill("inference")
            wait_for(partial(all_heard, installation), installation, RECOVERY)
        recorded(
            installation,
            protocol,
            "clock a day forward, back, a day back, and right again; 8 uploads and the death of "
            "the worker after each jump",
            tracks,
        )


def test_recordings_of_hours_are_heard_in_bounded_memory(
    tmp_path: Path, protocol: Protocol
) -> None:
    with running(tmp_path / "data") as installation:
        client = client_of(installation)
        tracks = [client.upload(clip(tmp_path / "first.wav", 1))]
        wait_for(partial(all_heard, installation), installation, RECOVERY)
        said, peaks = [], []
        for hours in HOURS:
            song = recording(tmp_path / f"{hours}.wav", hours)
            with memory_of(installation, "inference") as seen:
                tracks.append(client.upload(song))
                song.unlink()
                protocol.progress(f"{hours} hours of sound are accepted")
                wait_for(partial(all_heard, installation), installation, 4 * RECOVERY)
            peaks.append(max(seen))
            quarters = [max(part) for part in np.array_split(np.array(seen), 4) if len(part)]
            said.append(f"{hours} h: {', '.join(f'{quarter:,.0f}' for quarter in quarters)} MiB")
            protocol.progress(said[-1])
        recorded(
            installation,
            protocol,
            "recordings of two and four hours; the worker's memory (peak of each quarter of the "
            f"time): {'; '.join(said)}",
            tracks,
        )
        assert peaks[1] < peaks[0] * 1.25


def recording(path: Path, hours: int) -> Path:
    """Written a minute at a time: no memory holds it."""
    minutes, chance = hours * 60, np.random.default_rng(hours)
    time_line = np.arange(60 * RATE) / RATE
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        for _ in range(minutes):
            chord = sum(
                np.sin(2 * np.pi * pitch * time_line) for pitch in chance.uniform(80, 2_000, 4)
            )
            file.writeframes((chord * 4_000).astype("<i2").tobytes())
    return path


@contextmanager
def memory_of(installation: Installation, name: str) -> Iterator[list[float]]:
    """What its processes and their decoders hold, in MiB, every half second."""
    seen: list[float] = []
    ended = Event()

    def look() -> None:
        while not ended.wait(0.5):
            parents = installation.processes(name)
            seen.append(sum(resident(process) for process in parents))

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / MEBIBYTE


def test_a_thousand_tiny_files_at_once(tmp_path: Path, protocol: Protocol) -> None:
    with running(tmp_path / "data") as installation:
        client = client_of(installation)
        songs = [clip(tmp_path / f"{n}.wav", n, 0.05 + n / 10_000) for n in range(TINY)]
        with ThreadPoolExecutor(TINY) as pool:
            tracks = list(pool.map(client.upload, songs))
        accepted = time.monotonic() - protocol.began
        protocol.progress(f"all are accepted after {accepted:.0f} s")
        wait_for(partial(all_heard, installation), installation, RECOVERY)
        recorded(
            installation,
            protocol,
            f"{TINY:,} files of 0.05 to 0.15 s, sent at once by as many connections: accepted "
            f"within {accepted:.0f} s, {client.refusals} sent again",
            tracks,
        )


def test_an_old_installation_is_upgraded_with_all_it_holds(
    tmp_path: Path, protocol: Protocol
) -> None:
    """Made by the code of that revision with the packages of today's."""
    old = tmp_path / "old"
    got = subprocess.run(
        ["git", "worktree", "add", "--detach", str(old), OLD],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if got.returncode:
        pytest.skip(f"revision {OLD} is not in this clone: {got.stderr.strip()}")
    try:
        for name in (".venv", "node_modules"):
            (old / name).symlink_to(ROOT / name)
        tracks, before = made_by(old, tmp_path, protocol)
        protocol.progress("upgrading")
        began = time.monotonic()
        with running(tmp_path / "data") as installation:
            ready = time.monotonic() - began
            song = clip(tmp_path / "new.wav", OLD_TRACKS + 1)
            tracks.append(client_of(installation).upload(song))
            wait_for(partial(all_heard, installation), installation, RECOVERY)
            after = dict(installation.ask(SCORES))
            assert {track: after.get(track) for track in before} == before
            assert installation.check_library()["faults"] == []
            recorded(
                installation,
                protocol,
                f"an installation made by revision {OLD} with {OLD_TRACKS:,} tracks started by "
                f"this one: ready after {ready:.0f} s, all scores as before",
                tracks,
            )
    finally:
        subprocess.run(["git", "worktree", "remove", "--force", str(old)], cwd=ROOT, check=True)
        shutil.rmtree(old, ignore_errors=True)


SCORES = "SELECT track_id::text, md5(scores) FROM tagger_analysis"


def made_by(old: Path, folder: Path, protocol: Protocol) -> tuple[list[str], dict[str, str]]:
    """What the code in `old` makes: an installation's tracks, and the hashes of their scores."""
    data, music = folder / "data", folder / "music"
    music.mkdir()
    for number in range(OLD_TRACKS):
        clip(music / f"{number}.wav", number, 1.5)
    one = Installation(data, {"PYTHONPATH": str(old)}, folder=old)
    try:
        one.up()
        protocol.progress(f"{OLD} runs")
        one.manage("import", str(music))
        protocol.progress(f"{OLD_TRACKS:,} tracks are imported")
        wait_for(partial(all_heard, one), one, RECOVERY)
        scores = dict(one.ask(SCORES))
        return [track for track, *_ in one.ask(FATES)], scores
    finally:
        one.down()
