"""How long a training is: updates an epoch, epochs, stages."""

from __future__ import annotations

from dataclasses import dataclass

from ml.config.recipe import Recipe

from .checkpoint import State


@dataclass(frozen=True)
class Length:
    """What the recipe asks for at most, once the number of updates an epoch is known."""

    updates_per_epoch: int
    epochs: int
    stages: int | None

    @classmethod
    def of(cls, recipe: Recipe, updates_per_epoch: int) -> Length:
        staged = recipe.schedule.name == "stages"
        stages = recipe.schedule.stages if staged else None
        return cls(updates_per_epoch, recipe.training.epochs, stages)

    @property
    def updates(self) -> int:
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
