"""The paper's stages against the rules of Keras 2.0.5, on the same sequences of losses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ml.checkpoints.weights import load_model
from ml.config.callbacks import read_log
from ml.config.recipe import ScheduleSettings
from ml.training.checkpoint import State
from ml.training.init import init_state
from ml.training.schedule import stage_is_over

from .test_trainer import train
from .training_data import make_recipe, make_split

STAGES = ScheduleSettings(name="stages", stages=5, patience=2)
# (last epoch, epoch whose weights are loaded) of each stage.
Ends = list[tuple[int, int]]


def keras(losses: list[float], patience: int, stages: int) -> Ends:
    """keras/callbacks.py of 2.0.5, `EarlyStopping` and `ModelCheckpoint(save_best_only=True)`, of
    which each stage of the original program makes new ones."""
    ends: Ends = []
    epoch = 0
    for _ in range(stages):
        best, wait, stopped = np.inf, 0, False
        checkpoint_best, saved = np.inf, 0
        while not stopped:
            if epoch == len(losses):
                return ends
            epoch += 1
            current = losses[epoch - 1]
            if np.less(current, best):
                best, wait = current, 0
            else:
                if wait >= patience:
                    stopped = True
                wait += 1
            if np.less(current, checkpoint_best):
                checkpoint_best, saved = current, epoch
        ends.append((epoch, saved))
    return ends


def ours(losses: list[float], schedule: ScheduleSettings, state: State) -> Ends:
    ends: Ends = []
    saved = 0
    for epoch, loss in enumerate(losses, 1):
        if state.take_figure(-loss, epoch):
            saved = epoch
        if stage_is_over(state, schedule):
            ends.append((epoch, saved))
            state.start_stage()
        if state.stage == schedule.stages:
            break
    return ends


@pytest.fixture
def state() -> State:
    return init_state(make_recipe(), make_split("train"), torch.device("cpu"))


@pytest.mark.parametrize("patience", [0, 1, 2, 5])
@pytest.mark.parametrize("seed", range(25))
def test_stages_end_and_go_back_as_in_keras(state: State, seed: int, patience: int) -> None:
    rng = np.random.default_rng(seed)
    # Falling, then noise around what is reached, in steps that repeat a value now and then.
    losses = np.round(0.1 + np.exp(-np.arange(120) / 15) + rng.normal(0, 0.03, 120), 2).tolist()
    schedule = ScheduleSettings(name="stages", stages=5, patience=patience)
    expected = keras(losses, patience, schedule.stages)
    assert len(expected) == 5
    assert ours(losses, schedule, state) == expected


def test_the_third_stale_epoch_ends_a_stage_of_patience_two(state: State) -> None:
    assert ours([0.5, 0.6, 0.5, 0.7, 0.4], STAGES, state) == [(4, 1)]


def test_a_stage_has_a_best_of_its_own(state: State) -> None:
    losses = [0.1, 0.5, 0.5, 0.5, 0.4, 0.3, 0.3, 0.4, 0.3]
    assert ours(losses, STAGES, state) == [(4, 1), (9, 6)]


@pytest.mark.slow
def test_a_training_goes_through_the_stages_it_should(tmp_path: Path) -> None:
    recipe = make_recipe(
        data={"crops": "fixed"},
        optimiser={"name": "sgd", "learning_rate": 0.05, "momentum": 0.9},
        schedule={"name": "stages", "stages": 3, "patience": 1, "factor": 0.2},
        training={"epochs": 60},
    )
    train(recipe, tmp_path)
    reports = read_log(tmp_path / "log.jsonl")
    expected = keras([report.loss for report in reports], patience=1, stages=3)
    assert len(expected) == 3
    assert [reports[end - 1].stage for end, _ in expected] == [0, 1, 2]
    assert len(reports) == expected[-1][0]
    card = load_model(tmp_path / "model.safetensors").card
    assert card.provenance["epochs"] == expected[-1][1]
