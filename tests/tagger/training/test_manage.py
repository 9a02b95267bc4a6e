"""What may be started, what is refused and why, and what becomes of an epoch and a candidate."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ml.config.callbacks import EpochReport
from tagger.jobs import lifecycle
from tagger.jobs.reaper import reap
from tagger.models import Job, ModelVersion, Training, User, Verdict
from tagger.operations.bootstrap import ensure_vocabulary
from tagger.training.manage import (
    TrainingRuns,
    choices_of,
    finish_training,
    note,
    record_epoch,
    start_training,
)
from tagger.training.options import Choices, TrainingRefused, default_choices
from tests.ml.data.test_magnatagatune import write_folder
from tests.web import rows

from .training_rows import labelled, small_model

ACCEPTED, REJECTED = Verdict.Answer.ACCEPTED, Verdict.Answer.REJECTED

pytestmark = pytest.mark.usefixtures("sent")


@pytest.fixture
def boss(db: None) -> User:
    ensure_vocabulary()
    return rows.person("boss", is_staff=True)


@pytest.fixture
def base(boss: User, tmp_path: Path) -> ModelVersion:
    return small_model(tmp_path)


@pytest.fixture
def verdicts(boss: User, base: ModelVersion) -> None:
    labelled(boss, "harp", ACCEPTED, 12)
    labelled(boss, "harp", REJECTED, 12)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    made = write_folder(tmp_path / "music")
    settings.TRAINING_DATA = [made]
    return made


def start(by: User, **wanted: Any) -> Training:
    values = vars(default_choices()) | wanted
    return start_training(Choices(**values), by=by, trigger=Job.Trigger.WEB)


def refusal(by: User, **wanted: Any) -> str:
    with pytest.raises(TrainingRefused) as refused:
        start(by, **wanted)
    assert not Job.objects.filter(kind=Job.Kind.TRAIN).exists()
    return str(refused.value)


def report(epoch: int, **values: float) -> EpochReport:
    figures = {
        "training_loss": 0.5, "loss": 0.4, "macro_roc_auc": 0.8, "macro_average_precision": 0.6,
        "learning_rate": 1e-3, "segments_per_second": 9.0, "seconds": 2.0,
    } | values  # fmt: skip
    return EpochReport(epoch=epoch, epochs=3, stage=0, step=epoch, best=True, **figures)


def test_by_default_the_active_model_learns_from_peoples_words(
    boss: User, base: ModelVersion, verdicts: None, django_capture_on_commit_callbacks: Any,
    sent: list[str],
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        training = start(boss)
    assert (training.base, training.verdicts, training.folder) == (base, True, "")
    assert training.preset == "fine-tune"
    assert training.name.startswith("small taught 20")
    assert training.recipe["network"]["widths"] == base.card["config"]["widths"]
    assert training.recipe["data"]["labels"] == "hard"
    assert (training.job.queue, training.job.owner) == ("training", boss)
    assert sent[-1] == str(training.job.pk)


def test_without_anything_to_learn_from_it_is_refused(boss: User, base: ModelVersion) -> None:
    assert "nothing to learn from" in refusal(boss)
    labelled(boss, "harp", ACCEPTED, 12)
    assert "both accepted and rejected" in refusal(boss)
    assert "Choose what to learn from" in refusal(boss, verdicts=False)


def test_without_tracks_to_evaluate_by_it_is_refused(
    boss: User, base: ModelVersion, verdicts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagger.feedback.labelled_tracks.in_holdout", lambda identity: False)
    assert "held out to judge by" in refusal(boss)


def test_a_data_set_that_is_unknown_or_gone_is_refused(
    boss: User, base: ModelVersion, folder: Path
) -> None:
    assert "There is no data set elsewhere" in refusal(boss, folder="elsewhere")
    shutil.rmtree(folder)
    assert f"{folder} has no annotations_final.csv" in refusal(boss, folder="music")


def test_a_data_set_is_enough(boss: User, base: ModelVersion, folder: Path) -> None:
    training = start(boss, verdicts=False)
    assert (training.folder, training.verdicts) == ("music", False)


def test_from_scratch_preset_and_block_are_free(boss: User, folder: Path) -> None:
    training = start(
        boss, base=None, preset="icassp2018-rese2", block="se", epochs=7, seed=3, name="mine"
    )
    network, settings = training.recipe["network"], training.recipe["training"]
    assert (network["block"], network["convs"]) == ("se", 1)
    assert (settings["epochs"], settings["seed"], training.name) == (7, 3, "mine")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"block": "se"}, "start from scratch"),
        ({"preset": "nonsense"}, "no preset nonsense"),
        ({"base": None, "preset": "fine-tune"}, "needs a model"),
        ({"base": None, "block": "nonsense"}, "no building block"),
    ],
)
def test_choices_that_contradict_each_other_are_refused(
    boss: User, base: ModelVersion, folder: Path, wanted: dict[str, Any], said: str
) -> None:
    assert said in refusal(boss, **wanted)


def test_a_model_whose_card_describes_no_network_is_no_beginning(
    boss: User, base: ModelVersion, verdicts: None
) -> None:
    del base.card["config"]
    base.save()
    assert "does not describe its network" in refusal(boss)


def test_a_second_one_is_led_to_the_first(boss: User, verdicts: None) -> None:
    training = start(boss)
    with pytest.raises(TrainingRuns) as refused:
        start(boss)
    assert refused.value.training == training
    lifecycle.cancel(training.job)
    assert start(boss) != training


def test_the_database_itself_allows_one_open_training(boss: User, verdicts: None) -> None:
    start(boss)
    with pytest.raises(IntegrityError), transaction.atomic():
        lifecycle.create_job(Job.Kind.TRAIN, owner=boss, trigger=Job.Trigger.API)


def test_two_at_once_meet_in_the_constraint_and_one_is_led_to_the_other(
    boss: User, verdicts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start(boss)
    answers = iter([None, first])
    monkeypatch.setattr("tagger.training.manage.open_training", lambda: next(answers))
    with pytest.raises(TrainingRuns) as refused:
        start(boss)
    assert refused.value.training == first


def test_an_epoch_gone_through_again_replaces_its_figures(boss: User, verdicts: None) -> None:
    training = start(boss)
    record_epoch(training, report(1))
    record_epoch(training, report(2))
    record_epoch(training, report(2, loss=0.25))
    assert [row.loss for row in training.epochs_done.all()] == [0.4, 0.25]


def test_the_log_keeps_its_tail(boss: User, verdicts: None) -> None:
    training = start(boss)
    for k in range(250):
        note(training, f"line {k}")
    lines = Training.objects.get().log.splitlines()
    assert len(lines) == 200
    assert lines[-1].endswith("line 249")


def test_what_comes_of_it_is_a_candidate(boss: User, verdicts: None, tmp_path: Path) -> None:
    training = start(boss)
    job = lifecycle.claim(str(training.job.pk))
    assert job is not None
    path = tmp_path / "new.safetensors"
    other_weights(path)
    version = finish_training(training, job, path)
    assert version is not None
    assert version.state == ModelVersion.State.CANDIDATE
    assert version.created_by == boss
    assert version.name.startswith("small taught 20")
    assert Training.objects.get().model == version
    assert Job.objects.get(pk=job.pk).state == Job.State.SUCCEEDED


def test_a_worker_that_lost_the_job_registers_nothing(
    boss: User, verdicts: None, tmp_path: Path
) -> None:
    training = start(boss)
    job = lifecycle.claim(str(training.job.pk))
    assert job is not None
    Job.objects.filter(pk=job.pk).update(attempts=2)
    path = tmp_path / "new.safetensors"
    other_weights(path)
    assert finish_training(training, job, path) is None
    assert ModelVersion.objects.count() == 1


def test_given_up_it_says_what_may_be_wrong(boss: User, verdicts: None) -> None:
    training = start(boss)
    Job.objects.filter(pk=training.job.pk).update(
        state="running", attempts=3, lease_until="2020-01-01T00:00Z", dispatched_at=None
    )
    assert reap().failed == 1
    job = Job.objects.get(pk=training.job.pk)
    assert job.state == Job.State.FAILED
    assert "memory for this training" in job.error_detail


def test_its_choices_can_be_made_again(boss: User, verdicts: None) -> None:
    training = start(boss, epochs=4, seed=9)
    again = choices_of(training)
    assert (again.epochs, again.seed, again.base) == (4, 9, training.base)


def other_weights(path: Path) -> None:
    import torch

    from ml.checkpoints.weights import ModelCard, save_model
    from ml.config.network import NetworkConfig
    from ml.nn.network import SampleCNN
    from tests.ml.training.training_data import TINY_NETWORK

    torch.manual_seed(2)
    config = NetworkConfig(**TINY_NETWORK, labels=2)  # type: ignore[arg-type]
    card = ModelCard("x", config.as_dict(), ["harp", "chiptune"], "test")
    save_model(path, SampleCNN(config), card)
