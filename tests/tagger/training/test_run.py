"""The work of a training job: a data set and verdicts together, resumed, refused, interrupted."""

from __future__ import annotations

import csv
import threading
from pathlib import Path
from typing import Any

import pytest
from celery.signals import worker_shutting_down

from ml.checkpoints.weights import load_model
from tagger.feedback.verdicts import give_verdict
from tagger.jobs import lifecycle
from tagger.jobs.lease import EVERY, heartbeat
from tagger.models import Job, Tag, Training, User, Verdict, Worker
from tagger.operations.bootstrap import ensure_vocabulary
from tagger.training.dataset import freeze_examples
from tagger.training.manage import start_training
from tagger.training.options import Choices, default_choices
from tagger.training.run import run_folder, run_training
from tests.audio_factory import tone, write
from tests.web import rows

from .training_rows import beeps, model_with_a_second_network, small_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("sent"),
]
TAGS = ["harp", "rock"]


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A data set in MagnaTagATune's layout: two clips a split, a hum (harp) and a beep (rock)."""
    settings.DATA_DIR, settings.TORCH_THREADS = tmp_path, 1
    made = tmp_path / "music"
    table = [["clip_id", *TAGS, "mp3_path"]]
    for digit in "012cdf":
        (made / "mp3" / digit).mkdir(parents=True)
        for k, (hertz, labels) in enumerate(((150, "10"), (2500, "01"))):
            write(made / "mp3" / digit / f"{k}.wav", tone(hertz, 3.0, 22_050), 22_050)
            table.append([f"{digit}{k}", *labels, f"{digit}/{k}.wav"])
    with (made / "annotations_final.csv").open("w", newline="") as stream:
        csv.writer(stream, delimiter="\t").writerows(table)
    settings.TRAINING_DATA = [made]
    return made


@pytest.fixture
def boss(transactional_db: None, tmp_path: Path) -> User:
    ensure_vocabulary()
    small_model(tmp_path)
    return rows.person("boss", is_staff=True)


def begin(by: User, **wanted: Any) -> tuple[Training, Job]:
    values = vars(default_choices()) | {"device": "cpu", "epochs": 2} | wanted
    training = start_training(Choices(**values), by=by, trigger=Job.Trigger.WEB)
    job = lifecycle.claim(str(training.job_id))
    assert job is not None
    return training, job


def label_tracks(boss: User, tmp_path: Path, count: int = 8) -> None:
    for k, track in enumerate(beeps(boss, tmp_path / "beeps", count)):
        answer = (Verdict.Answer.REJECTED, Verdict.Answer.ACCEPTED)[k % 2]
        give_verdict(boss, track, Tag.objects.get(name="harp"), answer)


def test_a_data_set_and_verdicts_train_together_and_the_test_split_stays_apart(
    boss: User, folder: Path, tmp_path: Path
) -> None:
    label_tracks(boss, tmp_path)
    training, job = begin(boss)
    run_training(job)
    training.refresh_from_db()
    assert training.job.state == Job.State.SUCCEEDED, training.log
    assert training.model is not None
    card = training.model.card
    held_out = training.data["held_out_tracks"]
    assert training.data["judged_tracks"] + held_out == 8
    assert card["data"]["train_clips"] == 6 + training.data["judged_tracks"]
    assert card["data"]["validation_clips"] == 2 + held_out
    assert card["metrics"]["test"]["clips"] == 4
    assert [tag["tag"] for tag in card["metrics"]["test"]["per_tag"]] == TAGS
    assert card["metrics"]["active"]["test"]["per_tag"]
    assert card["provenance"]["base"]["name"] == "small"
    assert card["licence"] == "test; music: the terms of that data set"
    assert Worker.objects.get().device == "cpu"
    assert training.data["first_look"]["model"] == "small"
    assert training.data["first_look"]["clips"] == 2
    lines = training.log.splitlines()
    assert "to be beaten: small on 2 clips that are held out: ROC-AUC" in lines[1]
    assert "clips to learn from" in lines[2]


def test_a_second_network_stays_for_the_tags_that_nobody_has_taught(
    boss: User, tmp_path: Path
) -> None:
    base = model_with_a_second_network(tmp_path, ["harp", "cello"])
    label_tracks(boss, tmp_path, 24)
    training, job = begin(boss, base=base, folder="")
    run_training(job)
    training.refresh_from_db()
    assert training.model is not None, training.log
    second = training.model.card["second"]
    assert "cello" in second["speaks_for"]
    assert training.model.card["thresholds"]["cello"] == 0.4137
    assert load_model(training.model.weights.path).second is not None
    if "harp" not in second["speaks_for"]:
        assert training.model.card["thresholds"]["harp"] != 0.4137


def test_what_it_learns_from_is_frozen_when_it_begins(boss: User, tmp_path: Path) -> None:
    label_tracks(boss, tmp_path, 4)
    training, _ = begin(boss)
    run = run_folder(training)
    run.mkdir(parents=True)
    first = freeze_examples(training, run)
    Verdict.objects.all().delete()
    assert freeze_examples(training, run) == first
    assert len(first["train"]) + len(first["validation"]) == 4


def test_data_that_cannot_train_ends_it_with_a_sentence(boss: User, folder: Path) -> None:
    table = folder / "annotations_final.csv"
    remaining = [row for row in table.read_text().splitlines() if not row.startswith("c")]
    table.write_text("\n".join(["clip_id\tharp\trock\tmp3_path", *remaining]))
    training, job = begin(boss, verdicts=False)
    run_training(job)
    training.job.refresh_from_db()
    assert training.job.state == Job.State.FAILED
    assert training.job.error_code == "training-failed"
    assert training.job.error_detail
    assert not run_folder(training).exists()


def test_one_that_lost_its_lease_leaves_the_job_to_the_next(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, job = begin(boss, verdicts=False)
    monkeypatch.setattr("tagger.training.callbacks.Watch.should_stop", lambda self: True)
    run_training(job)
    training.job.refresh_from_db()
    assert training.job.state == Job.State.RUNNING
    assert run_folder(training).exists()
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    run_training(job)
    training.job.refresh_from_db()
    assert training.job.state == Job.State.CANCELLED
    assert not run_folder(training).exists()


def test_a_worker_that_is_told_to_end_releases_it_and_no_attempt_is_lost(
    boss: User, monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    training, job = begin(boss, verdicts=False)
    monkeypatch.setattr("tagger.platform.celery.shutdown._shutdown_requested", threading.Event())
    worker_shutting_down.send(sender=None)
    run_training(job)
    training.refresh_from_db()
    assert (training.job.state, training.job.attempts) == (Job.State.QUEUED, 0)
    assert sent[-1] == str(job.pk)
    assert run_folder(training).exists()


def test_the_heartbeat_keeps_the_lease_and_notices_a_cancellation(boss: User) -> None:
    _, job = begin(boss, verdicts=False)
    Job.objects.filter(pk=job.pk).update(lease_until="2020-01-01T00:00Z")
    with heartbeat(job) as stop:
        assert not stop.wait(EVERY * 1.5)
        lifecycle.cancel(job)
        assert stop.wait(60)
    renewed = Job.objects.get(pk=job.pk).lease_until
    assert renewed is not None
    assert renewed.year > 2020
    assert "heartbeat" not in [thread.name for thread in threading.enumerate()]


def test_a_worker_that_was_left_alone_stops(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    _, job = begin(boss, verdicts=False)
    with heartbeat(job) as stop:
        monkeypatch.setattr("tagger.jobs.lease.os.getppid", lambda: -1)
        assert stop.wait(60)
