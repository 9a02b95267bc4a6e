"""The paper's schedule in stages: back to the best weights, a lower rate, a fresh optimiser.

Kim, Lee, Nam, ICASSP 2018, section 3.2.
"""

from __future__ import annotations

from pathlib import Path

from ml.checkpoints.weights import load_model
from ml.config.recipe import Recipe

from .checkpoint import State
from .optimisers import make_optimiser


def end_stage_if_stale(state: State, recipe: Recipe, best: Path) -> None:
    """Start the next stage from the weights `best` when patience is lost; else do nothing."""
    schedule = recipe.schedule
    if schedule.name != "stages" or state.stale < schedule.patience:
        return
    weights = load_model(best).network.state_dict()
    state.network.load_state_dict(weights)
    if state.average:
        state.average.network.load_state_dict(weights)
    state.optimiser = make_optimiser(state.network, recipe.optimiser)
    state.stage, state.stage_step, state.stale = state.stage + 1, 0, 0
