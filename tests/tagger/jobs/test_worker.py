"""A real worker process on the real broker and database: what a person meets after an upload."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from ml.checkpoints.weights import default_model_path
from tagger.analysis.spectrograms import request_spectrogram
from tagger.analysis.tempo_key import request_music
from tagger.jobs.reaper import reap
from tagger.models import Analysis, Job, Track, User, Worker
from tagger.operations.bootstrap import ensure_model, ensure_vocabulary
from tagger.platform.celery.queues import WORKERS
from tests.audio_factory import music, write
from tests.forked import Started
from tests.standin import standin
from tests.tagger.conftest import token_client
from tests.web import rows

ROOT = Path(django_settings.BASE_DIR)
PATIENCE = 240
COMMAND = "--app webapp worker --pool solo --without-gossip --without-mingle --queues"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not default_model_path().exists(), reason="no model is shipped yet"),
]

Start = Callable[..., Started]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The test's own database and folders."""
    database = os.environ["TONEMARK_DATABASE_URL"].rpartition("/")[0]
    return os.environ | {
        "TONEMARK_DATA_DIR": str(tmp_path),
        "TONEMARK_MEDIA_ROOT": str(tmp_path / "media"),
        "TONEMARK_DATABASE_URL": f"{database}/{connection.settings_dict['NAME']}",
        "TONEMARK_TORCH_THREADS": "1",
    }


@pytest.fixture
def start_worker(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    """Starts workers, of which none outlives the test."""
    started: list[Started] = []
    log = tmp_path / "worker.log"

    def start(queues: str = "inference") -> Started:
        started.append(Started("celery", *COMMAND.split(), queues, log=log, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def idling_worker(environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Begun from nothing, as it will begin again."""
    command = [sys.executable, "-m", "celery", *COMMAND.split(), "inference"]
    variables = environment | {"TONEMARK_WORKER_IDLE_SECONDS": "1"}
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log)
    yield process
    process.kill()
    process.wait()


@pytest.fixture
def person(transactional_db: None, tmp_path: Path) -> User:
    ensure_vocabulary()
    ensure_model()
    return rows.person("listener")


@pytest.fixture
def clips(tmp_path: Path) -> list[Path]:
    """Real clips where the stand-in data is there, else sounds of our own."""
    if folder := standin():
        return sorted(folder.glob("mp3/f/*.mp3"))[:3]
    return [write(tmp_path / f"{n}.flac", music(10.0 + n)) for n in range(3)]


def upload(api: Client, path: Path) -> Any:
    with path.open("rb") as file:
        response = api.post("/api/v1/tracks/", {"file": file})
    assert response.status_code == 202, response.content
    return response.json()


def wait_for(condition: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"waited {PATIENCE} s in vain; the worker says:\n{log.read_text()[-3000:]}")
        time.sleep(0.2)


def test_uploaded_clips_end_tagged(
    person: User, clips: list[Path], start_worker: Start, tmp_path: Path
) -> None:
    api = token_client(person)
    start_worker()
    sent = [upload(api, clip) for clip in clips]

    def ended() -> bool:
        addresses = [f"/api/v1/jobs/{body['job']['id']}/" for body in sent]
        jobs = [api.get(address).json() for address in addresses]
        assert not any(job["error"] for job in jobs), jobs
        return all(job["state"] == "succeeded" for job in jobs)

    wait_for(ended, tmp_path / "worker.log")
    for body in sent:
        address = f"/api/v1/tracks/{body['track']['id']}/"
        assert api.get(address).json()["state"] == "tagged"
        scores = api.get(f"{address}predictions/").json()["scores"]
        assert len(scores) == 100
        assert len({score["score"] for score in scores}) > 10
        assert len(api.get(f"{address}peaks/").json()["peaks"]) > 100
    assert Worker.objects.get().name.startswith("celery@")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks into /proc")
def test_a_worker_with_nothing_to_do_gives_its_memory_back_and_works_on(
    person: User, idling_worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    api, log = token_client(person), tmp_path / "worker.log"

    def is_tagged_after_an_upload(number: int) -> None:
        sent = upload(api, write(tmp_path / f"{number}.wav", music(2.0 + number)))
        wait_for(lambda: Job.objects.get(pk=sent["job"]["id"]).state == "succeeded", log)

    is_tagged_after_an_upload(1)
    wait_for(lambda: b"torch" not in Path(f"/proc/{idling_worker.pid}/maps").read_bytes(), log)
    assert "is made anew" in log.read_text()
    # To others it has been there all the time.
    assert Worker.objects.get().serving == ["inference"]
    is_tagged_after_an_upload(2)
    assert idling_worker.poll() is None
    idling_worker.send_signal(signal.SIGTERM)
    assert idling_worker.wait(PATIENCE) == 0


def test_a_worker_killed_in_mid_track_is_made_good_by_the_next(
    person: User, start_worker: Start, tmp_path: Path
) -> None:
    api = token_client(person)
    song = write(tmp_path / "long.wav", music(300.0, rate=11_025), 11_025)
    victim = start_worker()
    job = Job.objects.get(pk=upload(api, song)["job"]["id"])

    def in_the_middle() -> bool:
        job.refresh_from_db()
        assert job.is_open, "the track was heard before the worker could be killed"
        return job.stage == "tagging" and job.done > 0

    wait_for(in_the_middle, tmp_path / "worker.log")
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert not Analysis.objects.exists()
    let_the_lease_run_out(job)
    assert reap().resent == 1
    start_worker()

    def succeeded() -> bool:
        job.refresh_from_db()
        return job.state == Job.State.SUCCEEDED

    wait_for(succeeded, tmp_path / "worker.log")
    assert job.attempts == 2
    assert Track.objects.get().state == Track.State.TAGGED
    assert Analysis.objects.count() == 1


def test_a_spectrogram_asked_for_does_not_wait_for_an_import_s_tempos(
    transactional_db: None, owner: User, melody: Path, start_worker: Start, tmp_path: Path
) -> None:
    tracks = [rows.analysed(rows.track(owner, content=melody.read_bytes())) for _ in range(5)]
    tempos = [request_music(track, trigger=Job.Trigger.WEB) for track in tracks]
    asked = request_spectrogram(tracks[-1], trigger=Job.Trigger.WEB)
    assert asked is not None
    start_worker(",".join(WORKERS["analysis"].queues))
    waiting = Job.objects.filter(pk__in=[job.pk for job in tempos if job], started_at=None)
    assert waiting.count() == len(tracks)
    begun = Job.objects.exclude(started_at=None).order_by("started_at")
    wait_for(lambda: waiting.count() < len(tracks), tmp_path / "worker.log")
    first = begun.first()
    assert first is not None
    assert (first.pk, first.state) == (asked.pk, Job.State.SUCCEEDED)


def let_the_lease_run_out(job: Job) -> None:
    """As if a few minutes had passed."""
    ago = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=job.pk).update(lease_until=ago, dispatched_at=ago)


def test_a_short_upload_passes_a_long_file_that_is_being_analysed(
    person: User, start_worker: Start, tmp_path: Path
) -> None:
    api, log = token_client(person), tmp_path / "worker.log"
    long_one = upload(api, write(tmp_path / "long.flac", music(700.0, 8000), 8000))["job"]["id"]
    start_worker()
    wait_for(lambda: bool(Job.objects.get(pk=long_one).done), log)
    short_one = upload(api, write(tmp_path / "short.flac", music(20.0)))["job"]["id"]
    wait_for(lambda: Job.objects.get(pk=short_one).state == "succeeded", log)
    assert Job.objects.get(pk=long_one).state == "running"
    wait_for(lambda: Job.objects.get(pk=long_one).state == "succeeded", log)
    assert Job.objects.get(pk=long_one).attempts == 1
