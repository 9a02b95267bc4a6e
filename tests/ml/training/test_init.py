"""A trained network takes on more labels and keeps what it knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml.config.callbacks import Callbacks, read_log
from ml.config.recipe import Recipe
from ml.data.concat import concat_splits
from ml.training.checkpoint import TrainingError
from ml.training.trainer import Trainer
from ml.training.validation import Identity

from .training_data import make_recipe, make_split, weights_of

IDENTITY = Identity("test", "none")


def make(out: Path, recipe: Recipe, tags: list[str], callbacks: Callbacks | None = None) -> Trainer:
    split, judged = (make_split(name, 6, seed=k) for k, name in enumerate(("train", "validation")))
    own = replace(make_split("x", 4, seed=3), tags=["low", "new"])
    learnt, held_out = (concat_splits([part, own], tags) for part in (split, judged))
    return Trainer(recipe, learnt, held_out, out, identity=IDENTITY, callbacks=callbacks)


def train(out: Path, recipe: Recipe, tags: list[str], callbacks: Callbacks | None = None) -> bool:
    return make(out, recipe, tags, callbacks).run().finished


def fine_tuning(first: Path, **settings: object) -> Recipe:
    initial = str(first / "model.safetensors")
    return make_recipe(training={"epochs": 1, "initial": initial, **settings})


def test_known_outputs_are_taken_over_by_name_and_new_ones_begin_fresh(tmp_path: Path) -> None:
    train(tmp_path / "first", make_recipe(training={"epochs": 2}), ["high", "low"])
    before = weights_of(tmp_path / "first")
    slow = fine_tuning(tmp_path / "first", frozen_blocks=9, frozen_statistics=True)
    still = replace(slow, optimiser=replace(slow.optimiser, learning_rate=1e-9))
    train(tmp_path / "second", still, ["new", "low", "high"])
    after = weights_of(tmp_path / "second")
    assert np.allclose(after["output.weight"][1:], before["output.weight"][::-1], atol=1e-5)
    assert after["output.weight"].shape[0] == 3
    assert np.abs(after["output.weight"][0]).max() < 1e-5
    # Half of the four clips that somebody has judged by it have it.
    assert after["output.bias"][0] == pytest.approx(0, abs=1e-5)


def test_frozen_statistics_stay_and_the_scales_learn(tmp_path: Path) -> None:
    train(tmp_path / "first", make_recipe(training={"epochs": 1}), ["high", "low"])
    recipe = fine_tuning(tmp_path / "first", frozen_statistics=True)
    training = make(tmp_path / "second", recipe, ["high", "low", "new"])
    training.run()
    # What it ends with, whether or not that is better than what it began with.
    state = training.state.network.state_dict()
    before = weights_of(tmp_path / "first")
    after = {name: value.numpy() for name, value in state.items()}
    statistics = [name for name in before if name.endswith(("running_mean", "running_var"))]
    assert statistics
    assert all(np.array_equal(before[name], after[name]) for name in statistics)
    assert not np.array_equal(before["stem.1.weight"], after["stem.1.weight"])


def test_a_network_of_another_shape_is_no_beginning(tmp_path: Path) -> None:
    train(tmp_path / "first", make_recipe(training={"epochs": 1}), ["high", "low"])
    other = fine_tuning(tmp_path / "first")
    with pytest.raises(TrainingError, match="another shape"):
        train(tmp_path / "x", replace(other, network={**other.network, "block": "se"}), ["high"])


class StopInEvaluation(Callbacks):
    """Lets the updates of an epoch pass, and stops at the second clip that is evaluated."""

    EPOCH = 5

    def __init__(self) -> None:
        self.updates, self.asked_since = 0, 0

    def on_step(self, step: int, total: int, loss: float) -> None:
        self.updates, self.asked_since = step, 0

    def should_stop(self) -> bool:
        # Within an update it is asked between any two layers.
        self.asked_since += self.updates == self.EPOCH
        return self.asked_since > 2


def test_stopped_while_it_is_judged_a_training_goes_on_with_the_judgement(tmp_path: Path) -> None:
    recipe = make_recipe(training={"epochs": 2})
    stopping = StopInEvaluation()
    assert not train(tmp_path / "parts", recipe, ["high", "low"], stopping)
    assert stopping.updates == stopping.EPOCH
    assert not (tmp_path / "parts" / "log.jsonl").exists()
    assert train(tmp_path / "parts", recipe, ["high", "low"])
    train(tmp_path / "whole", recipe, ["high", "low"])
    parts, whole = (read_log(tmp_path / name / "log.jsonl") for name in ("parts", "whole"))
    assert [report.loss for report in parts] == [report.loss for report in whole]
