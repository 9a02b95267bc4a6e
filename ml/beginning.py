"""What a training begins with: a fresh network, or one that knows something already."""

from __future__ import annotations

import torch

from ml.averaging import WeightAverage
from ml.growing import grown
from ml.magnatagatune.prepared import Split
from ml.network import SampleCNN
from ml.optimisers import make_optimiser
from ml.recipe import Recipe
from ml.training_state import State
from ml.weights import load_model


def fresh_state(recipe: Recipe, split: Split, device: torch.device) -> State:
    """The state before the first update, on `device`. Raises TrainingError, WeightsError."""
    settings = recipe.training
    torch.manual_seed(settings.seed)
    network = SampleCNN(recipe.network_config(len(split.tags)))
    if settings.initial:
        network.load_state_dict(grown(load_model(settings.initial), network, split))
    network.to(device)
    average = WeightAverage(network, settings.average) if settings.average else None
    return State(network, average, make_optimiser(network, recipe.optimiser))


def begin_stage(state: State, recipe: Recipe, best: SampleCNN) -> None:
    """The paper's stages: back to the best weights, a lower rate, a fresh optimiser."""
    weights = best.state_dict()
    state.network.load_state_dict(weights)
    if state.average:
        state.average.network.load_state_dict(weights)
    state.optimiser = make_optimiser(state.network, recipe.optimiser)
    state.stage, state.stage_step, state.stale = state.stage + 1, 0, 0
