"""A real training worker: verdicts become a better model; stopped it goes on, cancelled it ends,
and uploads are tagged all the while.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ml.checkpoints.weights import default_model_path, load_model
from ml.config import LABELS
from tagger.feedback.verdicts import give_verdict
from tagger.jobs import lifecycle
from tagger.jobs.reaper import reap
from tagger.models import Job, ModelVersion, Tag, Track, Training, User, Verdict
from tagger.operations.bootstrap import ensure_vocabulary
from tagger.registry.versions import activate_model, install_model
from tagger.tags.vocabulary_actions import add_tag
from tagger.training.manage import TrainingRuns, start_training
from tagger.training.options import Choices, default_choices
from tests.audio_factory import music, write
from tests.forked import Started
from tests.tagger.conftest import token_client
from tests.tagger.jobs.test_worker import upload
from tests.tagger.jobs.test_worker import wait_for as until
from tests.web import rows
from tests.web.browser.worker import worker

from .training_rows import WIDE_AT_THE_END, beeps, small_weights

PATIENCE = 240
WORKER = (
    "--app webapp worker --pool prefork --concurrency 1 --max-tasks-per-child 1 --queues training "
    "--without-gossip --without-mingle"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.django_db(transaction=True),
]

Start = Callable[[], Started]


@pytest.fixture(autouse=True)
def scratch(settings: Any, tmp_path: Path, scratch_media: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.TAG_VERDICTS = 20


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Start]:
    started: list[Started] = []
    database = os.environ["TONEMARK_DATABASE_URL"].rpartition("/")[0]
    environment = os.environ | {
        "TONEMARK_DATA_DIR": str(tmp_path),
        "TONEMARK_MEDIA_ROOT": str(tmp_path / "media"),
        "TONEMARK_DATABASE_URL": f"{database}/{connection.settings_dict['NAME']}",
        "TONEMARK_TORCH_THREADS": "1",
        "TONEMARK_TAG_VERDICTS": "20",
    }

    def start() -> Started:
        log = tmp_path / "worker.log"
        started.append(Started("celery", *WORKER.split(), log=log, env=environment))
        return started[-1]

    yield start
    for process in started:
        kill(process)


def kill(process: Started) -> None:
    """The worker and its child, without a chance to say a word."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def boss(transactional_db: None) -> User:
    ensure_vocabulary()
    return rows.person("boss", is_staff=True)


@pytest.fixture
def library(boss: User, tmp_path: Path) -> list[Track]:
    """Harsh beeps are chiptune and not electronic; hums are electronic and no chiptune."""
    chiptune = add_tag("chiptune", Tag.Group.GENRE)
    electronic = Tag.objects.get(name="electronic")
    tracks = beeps(boss, tmp_path / "beeps", 32)
    answers = (Verdict.Answer.ACCEPTED, Verdict.Answer.REJECTED)
    for k, track in enumerate(tracks):
        give_verdict(boss, track, chiptune, answers[k % 2])
        give_verdict(boss, track, electronic, answers[1 - k % 2])
    return tracks


def default_model() -> ModelVersion:
    """The one that ships, which tags beeps as electronic, and hums less so."""
    version = install_model(default_model_path(), check=False)
    activate_model(version)
    return version


def choices(**wanted: Any) -> Choices:
    values = vars(default_choices()) | {"device": "cpu"} | wanted
    return Choices(**values)


def wait_for(condition: Callable[[], bool], training: Training, log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while not condition():
        training.refresh_from_db()
        training.job.refresh_from_db()
        if time.monotonic() > until or training.job.state == Job.State.FAILED:
            pytest.fail(
                f"{training.job.state} {training.job.error_detail}\n{training.log}\n"
                f"{log.read_text()[-3000:]}"
            )
        time.sleep(0.3)


def test_what_people_said_becomes_a_model_that_predicts_it(
    boss: User, library: list[Track], start_worker: Start, tmp_path: Path
) -> None:
    base = default_model()
    training = start_training(choices(), by=boss, trigger=Job.Trigger.WEB)
    with pytest.raises(TrainingRuns) as refused:
        start_training(choices(), by=boss, trigger=Job.Trigger.WEB)
    assert refused.value.training == training
    start_worker()

    def ended() -> bool:
        return not training.job.is_open

    wait_for(ended, training, tmp_path / "worker.log")
    assert training.job.state == Job.State.SUCCEEDED
    training.refresh_from_db()
    candidate = training.model
    assert candidate is not None
    assert candidate.state == ModelVersion.State.CANDIDATE
    assert candidate.labels == [*base.labels, "chiptune"]
    figures = {tag["tag"]: tag for tag in candidate.card["metrics"]["validation"]["per_tag"]}
    before = candidate.card["metrics"]["active"]["validation"]["per_tag"]
    # What people say of a tag they say of all outputs that are shown as it.
    electronic = {label.name for label in LABELS if label.shown_as == "electronic"}
    assert {tag["tag"] for tag in before} == electronic
    assert all(figures[name]["average_precision"] > 0.9 for name in electronic)
    assert figures["chiptune"]["average_precision"] > 0.9
    assert_unharmed(base, candidate, but=electronic)
    assert training.epochs_done.count() == 10
    assert training.device == "cpu"
    assert "epoch 10 of 10" in training.log
    left = tmp_path / "trainings" / str(training.pk)
    wait_for(lambda: not left.exists(), training, tmp_path / "worker.log")


def assert_unharmed(base: ModelVersion, candidate: ModelVersion, *, but: set[str]) -> None:
    """Every tag that nobody has labelled is scored and shown exactly as before."""
    learnt, known = (
        load_model(version.weights.path).network.state_dict() for version in (candidate, base)
    )
    others = [k for k, label in enumerate(base.labels) if label not in but]
    for name, weights in known.items():
        if name.startswith("output."):
            assert learnt[name][others].equal(weights[others]), name
        else:
            assert learnt[name].equal(weights), name
    kept = [candidate.thresholds[k] for k in others]
    assert kept == [base.thresholds[k] for k in others]


def test_told_to_end_or_killed_a_training_goes_on_where_it_was_and_ends_when_cancelled(
    boss: User, library: list[Track], start_worker: Start, tmp_path: Path
) -> None:
    activate_model(install_model(small_weights(tmp_path, network=WIDE_AT_THE_END), check=False))
    wish = choices(preset="modern", epochs=1000)
    training = start_training(wish, by=boss, trigger=Job.Trigger.WEB)
    log = tmp_path / "worker.log"
    stopped = start_worker()
    wait_for(lambda: training.epochs_done.exists(), training, log)
    stopped.terminate()
    stopped.wait(PATIENCE)
    training.job.refresh_from_db()
    assert (training.job.state, training.job.attempts) == (Job.State.QUEUED, 0)
    victim = start_worker()

    def began() -> list[str]:
        return [line for line in training.log.splitlines() if "training, update" in line]

    wait_for(lambda: len(began()) == 2, training, log)
    kill(victim)
    ago = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=training.job.pk).update(lease_until=ago, dispatched_at=ago)
    assert reap().resent == 1
    start_worker()
    # The victim's last words may reach the database after its death.
    wait_for(lambda: len(began()) == 3, training, log)
    assert training.job.attempts == 2
    assert "update 1 of" in began()[0]
    assert not any("update 1 of" in line for line in began()[1:])
    an_upload_is_tagged(boss, tmp_path)
    training.job.refresh_from_db()
    assert training.job.state == Job.State.RUNNING
    lifecycle.cancel(training.job)

    def cancelled() -> bool:
        return training.job.state == Job.State.CANCELLED

    wait_for(cancelled, training, log)
    assert ModelVersion.objects.count() == 1
    left = tmp_path / "trainings" / str(training.pk)
    wait_for(lambda: not left.exists(), training, log)


def an_upload_is_tagged(person: User, folder: Path) -> None:
    sent = upload(token_client(person), write(folder / "new.wav", music(6.0, 22_050), 22_050))
    with worker(folder / "hearing.log", TONEMARK_DATA_DIR=str(folder)):
        job = Job.objects.filter(pk=sent["job"]["id"])
        until(job.filter(state=Job.State.SUCCEEDED).exists, folder / "hearing.log")
    assert Track.objects.get(pk=sent["track"]["id"]).state == Track.State.TAGGED
