"""A training learns, survives being stopped, and says why when it cannot go on."""

from __future__ import annotations

import json
import os
import re
import signal
from dataclasses import replace
from functools import partialmethod
from pathlib import Path

import numpy as np
import pytest
import torch
from tqdm import tqdm

from ml.checkpoints.card import read_card
from ml.checkpoints.weights import load_model
from ml.config.callbacks import Callbacks, EpochReport, Together, read_log
from ml.config.network import ConfigError
from ml.config.recipe import Recipe
from ml.data.magnatagatune.annotations import DatasetError
from ml.training import progress
from ml.training.checkpoint import TrainingError, restore_checkpoint
from ml.training.trainer import Trainer
from ml.training.validation import Identity
from tests.forked import forked

from .training_data import make_recipe, make_split, weights_of

IDENTITY = Identity("test", "none")


def train(recipe: Recipe, out: Path, callbacks: Callbacks | None = None) -> Trainer:
    torch.set_num_threads(1)
    training = Trainer(
        recipe,
        make_split("train"),
        make_split("validation", 6, seed=1),
        out,
        identity=IDENTITY,
        callbacks=callbacks,
    )
    training.run()
    return training


class StopAt(Callbacks):
    """Stops before update number `step` + 10, at the next look at the loss."""

    def __init__(self, step: int) -> None:
        self.step, self.seen = step, 0

    def on_step(self, step: int, total: int, loss: float) -> None:
        self.seen = step

    def should_stop(self) -> bool:
        return self.seen >= self.step


class KilledAt(Callbacks):
    """Kills its own process the second time that `moment` comes: nothing can be tidied up."""

    def __init__(self, moment: str) -> None:
        self.moment, self.times = moment, 0

    def on_step(self, step: int, total: int, loss: float) -> None:
        self._came("on_step")

    def on_epoch(self, report: EpochReport) -> None:
        self._came("on_epoch")

    def _came(self, moment: str) -> None:
        self.times += moment == self.moment
        if self.times == 2:
            os.kill(os.getpid(), signal.SIGKILL)


def train_until_killed(recipe: Recipe, out: Path, moment: str) -> None:
    train(recipe, out, KilledAt(moment))


def assert_alike(one: Path, other: Path) -> None:
    """The same figures in every epoch and the same weights, bit for bit."""
    for a, b in zip(read_log(one / "log.jsonl"), read_log(other / "log.jsonl"), strict=True):
        assert replace(a, seconds=0, segments_per_second=0) == replace(
            b, seconds=0, segments_per_second=0
        )
    expected = weights_of(one)
    for name, value in weights_of(other).items():
        assert np.array_equal(value, expected[name]), name


def test_a_training_tells_high_from_low(tmp_path: Path) -> None:
    train(make_recipe(training={"epochs": 12}), tmp_path)
    reports = read_log(tmp_path / "log.jsonl")
    assert reports[-1].training_loss < reports[0].training_loss
    assert max(report.macro_roc_auc for report in reports) == 1.0


@pytest.mark.slow
def test_a_stopped_and_resumed_training_ends_like_one_never_stopped(tmp_path: Path) -> None:
    recipe = make_recipe(
        training={"epochs": 6, "average": 0.9},
        augmentation={"gain": 0.5, "filter": 0.5, "noise": 0.5, "mixup": 0.5},
    )
    train(recipe, tmp_path / "whole")
    train(recipe, tmp_path / "parts", StopAt(10))
    assert len(read_log(tmp_path / "parts" / "log.jsonl")) < 6
    train(recipe, tmp_path / "parts")
    assert_alike(tmp_path / "whole", tmp_path / "parts")


class StopInside(StopAt):
    """Stops within the update after number `step`, when it is asked for the `ask`th time in it."""

    def __init__(self, step: int, ask: int) -> None:
        super().__init__(step)
        self.left = ask

    def should_stop(self) -> bool:
        # Once the update's loss is known it is asked whether to pause before the next.
        self.left -= super().should_stop()
        return self.left < 0


@pytest.mark.parametrize("asked", [2, 8, 11])
def test_stopped_within_an_update_it_ends_like_one_never_stopped(
    tmp_path: Path, asked: int
) -> None:
    recipe = make_recipe(network={"dropout": 0.5}, training={"epochs": 2, "average": 0.9})
    train(recipe, tmp_path / "whole")
    stopped = train(recipe, tmp_path / "parts", StopInside(1, asked))
    assert stopped.state.step == 1, "the second update was left"
    train(recipe, tmp_path / "parts")
    assert_alike(tmp_path / "whole", tmp_path / "parts")


def test_a_last_segment_by_itself_does_not_end_the_training(tmp_path: Path) -> None:
    recipe = make_recipe(data={"crops": "fixed"}, training={"batch_size": 5, "epochs": 2})
    # Eight clips of two segments: three batches of five, and one segment.
    training = train(recipe, tmp_path)
    assert training.sampler.updates_per_epoch == 3
    assert [report.step for report in read_log(tmp_path / "log.jsonl")] == [3, 6]


@pytest.mark.slow
def test_a_training_killed_at_any_moment_ends_like_one_never_killed(tmp_path: Path) -> None:
    recipe = make_recipe(training={"epochs": 6, "average": 0.9})
    train(recipe, tmp_path / "whole")
    for moment in ("on_epoch", "on_step", "on_epoch"):
        killed = forked(train_until_killed, recipe, tmp_path / "parts", moment)
        assert killed.returncode == -signal.SIGKILL
    train(recipe, tmp_path / "parts")
    assert_alike(tmp_path / "whole", tmp_path / "parts")


def test_a_resumed_training_refuses_another_recipe_but_takes_more_epochs(tmp_path: Path) -> None:
    train(make_recipe(training={"epochs": 1}), tmp_path)
    with pytest.raises(TrainingError, match="another recipe"):
        train(make_recipe(training={"epochs": 1, "seed": 5}), tmp_path)
    train(make_recipe(training={"epochs": 2}), tmp_path)
    assert [report.epoch for report in read_log(tmp_path / "log.jsonl")] == [1, 2]


def test_a_checkpoint_cut_off_anywhere_is_said(tmp_path: Path) -> None:
    training = train(make_recipe(training={"epochs": 1}), tmp_path)
    whole = (tmp_path / "checkpoint.pt").read_bytes()
    for length in {0, 1, 100, *range(4000, len(whole), 5000), len(whole) - 1}:
        (tmp_path / "checkpoint.pt").write_bytes(whole[:length])
        with pytest.raises(TrainingError, match="damaged or cut off"):
            restore_checkpoint(tmp_path / "checkpoint.pt", training.state, training.recipe)


def test_a_terminal_without_bars_still_names_each_epoch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As TQDM_DISABLE=1 has it, in a log file say."""
    monkeypatch.setattr(tqdm, "__init__", partialmethod(tqdm.__init__, disable=True))
    train(make_recipe(training={"epochs": 1}), tmp_path, progress.TerminalProgress())
    assert re.search(r"epoch 1/1 .* segments/s", capsys.readouterr().err)


@pytest.mark.slow
def test_tensorboard_shows_what_the_log_says_also_after_a_stop(tmp_path: Path) -> None:
    # Processes that import this module for `train` need none of it.
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    for epochs in (1, 3):
        train(
            make_recipe(training={"epochs": epochs}),
            tmp_path,
            Together(progress.TensorBoardLog(tmp_path)),
        )
    events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    reports = read_log(tmp_path / "log.jsonl")
    for name, field in (("loss/validation", "loss"), ("validation/macro_roc_auc", "macro_roc_auc")):
        shown = events.Scalars(name)
        assert [event.step for event in shown] == [report.step for report in reports]
        said = [getattr(report, field) for report in reports]
        assert [event.value for event in shown] == pytest.approx(said)


def test_without_tensorboard_the_log_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.training.progress.find_spec", lambda _: None)
    with pytest.raises(ConfigError, match="bin/setup tensorboard"):
        progress.TensorBoardLog(tmp_path)


def test_a_loss_that_is_no_number_stops_with_a_reason(tmp_path: Path) -> None:
    recipe = make_recipe(optimiser={"name": "sgd", "learning_rate": 1e30})
    with pytest.raises(TrainingError, match=r"loss became .* learning rate"):
        train(recipe, tmp_path)


def test_frozen_blocks_stay_as_they_were_and_the_rest_learns(tmp_path: Path) -> None:
    train(make_recipe(training={"epochs": 1}), tmp_path / "first")
    initial = str(tmp_path / "first" / "model.safetensors")
    train(make_recipe(training={"initial": initial, "frozen_blocks": 2}), tmp_path / "second")
    before, after = weights_of(tmp_path / "first"), weights_of(tmp_path / "second")
    frozen = [name for name in before if name.startswith(("stem.", "blocks.0.", "blocks.1."))]
    assert all(np.array_equal(before[name], after[name]) for name in frozen)
    assert not np.array_equal(before["blocks.2.body.0.weight"], after["blocks.2.body.0.weight"])


def test_a_card_names_the_weights_it_began_with_and_not_where_they_lay(tmp_path: Path) -> None:
    train(make_recipe(training={"epochs": 1}), tmp_path / "first")
    initial = str(tmp_path / "first" / "model.safetensors")
    train(make_recipe(training={"initial": initial, "epochs": 1}), tmp_path / "second")
    card = read_card(tmp_path / "second" / "model.safetensors")
    assert card.provenance["recipe"]["training"]["initial"] == "model.safetensors"


@pytest.mark.slow
def test_a_training_never_ends_with_worse_than_the_weights_it_was_given(tmp_path: Path) -> None:
    train(make_recipe(training={"epochs": 12}), tmp_path / "first")
    recipe = make_recipe(
        optimiser={"name": "sgd", "learning_rate": 1.0},
        training={"initial": str(tmp_path / "first" / "model.safetensors"), "epochs": 2},
    )
    training = train(recipe, tmp_path / "second")
    reports = read_log(tmp_path / "second" / "log.jsonl")
    assert [report.best for report in reports] == [False, False]
    assert training.state.best is not None
    assert all(-report.loss < training.state.best for report in reports)
    before, after = weights_of(tmp_path / "first"), weights_of(tmp_path / "second")
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert load_model(tmp_path / "second" / "model.safetensors").card.provenance["epochs"] == 0


@pytest.mark.slow
def test_a_training_from_given_weights_is_resumed_like_any_other(tmp_path: Path) -> None:
    train(make_recipe(training={"epochs": 1}), tmp_path / "first")
    initial = str(tmp_path / "first" / "model.safetensors")
    recipe = make_recipe(training={"epochs": 3, "initial": initial})
    train(recipe, tmp_path / "whole")
    train(recipe, tmp_path / "parts", StopAt(2))
    train(recipe, tmp_path / "parts")
    assert_alike(tmp_path / "whole", tmp_path / "parts")


def test_a_stage_ends_when_patience_is_lost_and_lowers_the_rate(tmp_path: Path) -> None:
    recipe = make_recipe(
        data={"crops": "fixed"},
        optimiser={"name": "sgd", "learning_rate": 1e-7, "momentum": 0.9},
        schedule={"name": "stages", "stages": 2, "patience": 1, "factor": 0.2},
        training={"epochs": 50, "select_by": "macro_roc_auc"},
    )
    train(recipe, tmp_path)
    reports = read_log(tmp_path / "log.jsonl")
    assert len(reports) < 50
    assert {report.stage for report in reports} == {0, 1}
    assert reports[-1].learning_rate == pytest.approx(0.2e-7)


def test_the_best_network_carries_its_recipe_thresholds_and_labels(tmp_path: Path) -> None:
    training = train(make_recipe(data={"labels": "soft"}), tmp_path)
    card = load_model(tmp_path / "model.safetensors").card
    assert card.labels == ["high", "low"]
    assert set(card.thresholds) == {"high", "low"}
    assert card.provenance["recipe"] == json.loads(json.dumps(training.recipe.as_dict()))


def test_a_validation_split_nothing_can_be_ranked_on_is_refused(tmp_path: Path) -> None:
    split = make_split("train")
    flat = replace(split, hard=np.ones_like(split.hard))
    with pytest.raises(DatasetError, match="validation"):
        Trainer(make_recipe(), split, flat, tmp_path, identity=IDENTITY)


def test_soft_labels_asked_for_and_not_there_are_refused(tmp_path: Path) -> None:
    bare = replace(make_split("train"), soft=None)
    with pytest.raises(DatasetError, match="soft labels"):
        Trainer(make_recipe(data={"labels": "soft"}), bare, bare, tmp_path, identity=IDENTITY)
