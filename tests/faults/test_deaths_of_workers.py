"""Workers die while they analyse, and before they acknowledge: everything is done once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from redis import Redis

from tagger.analysis.short_tracks import SHORT
from tagger.analysis.tempo_key import MOST_WAITING
from tagger.models import Analysis, Job, Track, User
from tagger.registry.versions import activate_model, install_model
from tagger.uploads.ingest import ingest
from tests.tagger.conftest import scratch_media
from tests.tagger.jobs.test_worker import wait_for

from .client import clip
from .dying_worker import PAUSES, POINTS
from .extent import DEATHS
from .installation import state_and_parent
from .test_hostile_uploads import small_model

__all__ = ["scratch_media"]

UNENDED = (POINTS | PAUSES).keys() - {"ended"}
UNTOUCHED = "this job is taken, ended or gone"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300 + DEATHS * 30),
    pytest.mark.django_db(transaction=True),
]


@contextmanager
def dying_worker(tmp_path: Path, *deaths: str) -> Iterator[subprocess.Popen[str]]:
    """On the test's own database and folders."""
    database = os.environ["TONEMARK_DATABASE_URL"].rpartition("/")[0]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "TONEMARK_DATA_DIR": str(tmp_path),
        "TONEMARK_DATABASE_URL": f"{database}/{connection.settings_dict['NAME']}",
        "TONEMARK_DATABASE_POOL": "false",  # its threads would not survive the fork
        "TONEMARK_TORCH_THREADS": "1",
    }
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.dying_worker", *deaths],
            cwd=django_settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_everything_is_analysed_and_recorded_once_wherever_workers_die(
    owner: User, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    activate_model(install_model(small_model(tmp_path)))
    for number in range(DEATHS + 2):
        upload(clip(tmp_path / f"{number}.wav", number, seconds=SHORT), owner)
    log = tmp_path / "worker.log"
    with dying_worker(tmp_path, str(DEATHS)) as worker:
        deaths = [bury(worker) for _ in range(DEATHS)]
        wait_for_the_end(log)
    delivered_again = log.read_text().count(UNTOUCHED)
    points = Counter(point for point, _ in deaths)
    tell(
        f"{DEATHS + 2} uploads, {DEATHS} deaths of workers: {dict(points)}; "
        f"{delivered_again} messages came once too often"
    )
    assert points == dict.fromkeys(POINTS, DEATHS // len(POINTS))
    assert delivered_again >= points["ended"]
    for job in taggings():
        begun = 1 + sum(deaths.count((point, str(job.track_id))) for point in UNENDED)
        assert (job.state, job.attempts) == ("succeeded", begun)
    all_is_there_once()


@pytest.mark.parametrize("point", ["tagging", "recorded"])
def test_tracks_that_were_analysed_together_survive_their_worker(
    point: str, owner: User, tmp_path: Path
) -> None:
    activate_model(install_model(small_model(tmp_path)))
    for number in range(6):
        upload(clip(tmp_path / f"{number}.wav", number), owner)
    log = tmp_path / "worker.log"
    with dying_worker(tmp_path, "1", point) as worker:
        assert bury(worker)[0] == point
        wait_for_the_end(log)
    assert set(taggings().values_list("state", "attempts")) == {("succeeded", 2)}
    all_is_there_once()


def test_a_worker_that_stood_still_writes_nothing_when_it_goes_on(
    owner: User, tmp_path: Path
) -> None:
    activate_model(install_model(small_model(tmp_path)))
    for number in range(4):
        upload(clip(tmp_path / f"{number}.wav", number), owner)
    log = tmp_path / "worker.log"
    with dying_worker(tmp_path, "1", "standing") as worker:
        assert bury(worker)[0] == "standing"
        wait_for_the_end(log)
        (standing,) = children_that(b"T", worker.pid)
        os.kill(standing, signal.SIGCONT)
        wait_for(lambda: "taken over" in log.read_text(), log)
    assert set(taggings().values_list("state", "attempts")) == {("succeeded", 2)}
    all_is_there_once()


def children_that(state: bytes, parent: int) -> list[int]:
    numbers = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [number for number in numbers if state_and_parent(number) == (state, parent)]


def upload(song: Path, owner: User) -> None:
    ingest(song, song.name, library=owner.personal_library, by=owner, trigger=Job.Trigger.API)


def wait_for_the_end(log: Path) -> None:
    wait_for(lambda: not taggings().filter(state__in=Job.OPEN_STATES).exists(), log)
    wait_for(nothing_is_unacknowledged, log)


def all_is_there_once() -> None:
    assert set(Track.objects.values_list("state")) == {("tagged",)}
    once = sorted(Track.objects.values_list("pk", flat=True))
    assert sorted(Analysis.objects.values_list("track", flat=True)) == once
    # A few wait at a time; the others are asked for as these end.
    music = Job.objects.filter(kind=Job.Kind.ANALYSE_MUSIC).values_list("track", flat=True)
    assert 0 < len(music) == len(set(music)) <= MOST_WAITING
    assert set(music) <= set(once)


def taggings() -> QuerySet[Job]:
    return Job.objects.filter(kind=Job.Kind.TAG_TRACK)


def bury(worker: subprocess.Popen[str]) -> tuple[str, str]:
    """Wait for a death, and let its leases run out. At which point it came, over which track."""
    assert worker.stdout
    said = next(line for line in worker.stdout if line.startswith("killed"))
    _, point, track = said.split()
    if point in UNENDED:
        ago = timezone.now() - timedelta(minutes=5)
        running = taggings().filter(state=Job.State.RUNNING)
        assert running.filter(track=track).exists()
        running.update(lease_until=ago)
    return point, track


def nothing_is_unacknowledged() -> bool:
    address = django_settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://")
    with Redis.from_url(address) as broker:
        return broker.hlen("unacked") == 0
