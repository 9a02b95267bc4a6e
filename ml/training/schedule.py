"""The schedule of a training: how many updates, at which rates, in which stages.

"cosine" is one descent with warm-up (Loshchilov and Hutter, SGDR, 2017). "stages" is that of Kim,
Lee, Nam, ICASSP 2018, as Keras 2.0.5 did it for them: each stage has an early stopping and a
checkpoint of its own, begins with the best weights of the stage before, and has a lower rate and a
fresh optimiser.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from ml.checkpoints.weights import load_model
from ml.config.recipe import OptimiserSettings, Recipe, ScheduleSettings

from .checkpoint import State
from .optimisers import make_optimiser


@dataclass(frozen=True)
class Length:
    """What the recipe asks for at most, once the number of updates an epoch is known."""

    updates_per_epoch: int
    epochs: int
    stages: int | None

    @classmethod
    def of(cls, recipe: Recipe, updates_per_epoch: int) -> Length:
        """The length that `recipe` asks for."""
        staged = recipe.schedule.name == "stages"
        stages = recipe.schedule.stages if staged else None
        return cls(updates_per_epoch, recipe.training.epochs, stages)

    @property
    def updates(self) -> int:
        """Updates of all epochs."""
        return self.epochs * self.updates_per_epoch

    def epoch_complete(self, state: State) -> bool:
        """Whether all updates of an epoch are done, and its evaluation is not."""
        return state.step >= (state.epoch + 1) * self.updates_per_epoch

    def updates_of_epoch(self, state: State) -> int:
        """Updates done of the epoch under way, or of the one that is complete."""
        return (state.step - 1) % self.updates_per_epoch + 1

    def finished(self, state: State) -> bool:
        """Whether the last update is done, and evaluated."""
        out_of_stages = self.stages is not None and state.stage >= self.stages
        return (out_of_stages or state.step >= self.updates) and not self.epoch_complete(state)


def learning_rate(
    optimiser: OptimiserSettings,
    schedule: ScheduleSettings,
    *,
    step: int,
    total: int,
    stage: int = 0,
    stage_step: int = 0,
) -> float:
    """The rate of update number `step` of `total`, or of `stage_step` within a `stage`."""
    rate = optimiser.learning_rate
    if schedule.name == "stages":
        return rate * schedule.factor**stage / (1 + optimiser.decay * stage_step)
    warm = min(1.0, (step + 1) / schedule.warmup) if schedule.warmup else 1.0
    cosine = 0.5 * (1 + math.cos(math.pi * min(step / total, 1.0)))
    return rate * warm * (schedule.floor + (1 - schedule.floor) * cosine)


def stage_is_over(state: State, schedule: ScheduleSettings) -> bool:
    """Whether patience is lost.

    Keras 2.0.5's `EarlyStopping` compares its wait with the patience before it counts the epoch:
    with a patience of two it is the third stale epoch that ends the stage.
    """
    return schedule.name == "stages" and state.stale > schedule.patience


def end_stage_if_stale(state: State, recipe: Recipe, best: Path) -> None:
    """Start the next stage from the stage's `best` weights when it is over; else do nothing."""
    if not stage_is_over(state, recipe.schedule):
        return
    weights = load_model(best).network.state_dict()
    state.network.load_state_dict(weights)
    if state.average:
        state.average.network.load_state_dict(weights)
    state.optimiser = make_optimiser(state.network, recipe.optimiser)
    state.start_stage()
