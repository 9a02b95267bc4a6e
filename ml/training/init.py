"""The initial state of a training: a fresh network, or the weights of a trained one."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import Tensor

from ml.checkpoints.weights import LoadedModel, load_model
from ml.config.network import NetworkConfig
from ml.config.recipe import Recipe
from ml.data.magnatagatune.split import Split
from ml.nn.network import SampleCNN
from ml.training.checkpoint import TrainingError

from .checkpoint import State
from .ema import WeightAverage
from .optimisers import make_optimiser


def init_state(recipe: Recipe, split: Split, device: torch.device) -> State:
    """The state before the first update, on `device`. Raises TrainingError, WeightsError."""
    settings = recipe.training
    torch.manual_seed(settings.seed)
    network = SampleCNN(recipe.network_config(len(split.tags)))
    if settings.initial:
        network.load_state_dict(resize_head(load_model(settings.initial), network, split))
    network.to(device)
    average = WeightAverage(network, settings.average) if settings.average else None
    return State(network, average, make_optimiser(network, recipe.optimiser))


def resize_head(source: LoadedModel, network: SampleCNN, split: Split) -> dict[str, Tensor]:
    """`network`'s state with the weights of `source`, its head resized to the labels of `split`.

    Outputs of labels that `source` knows are its own. Those of new labels start at zero weights,
    so that only the training speaks for them, and at the label's log odds in `split`.
    Raises TrainingError when the two differ in more than their labels.
    """
    if _shape(source.network.config) != _shape(network.config):
        raise TrainingError(
            f"The initial model {source.card.name!r} is a network of another shape than the "
            "recipe's; give the recipe the same [network]."
        )
    state = source.network.state_dict()
    known = [k for k, label in enumerate(split.tags) if label in source.card.labels]
    origin = [source.card.labels.index(split.tags[k]) for k in known]
    fresh = {
        "output.weight": torch.zeros_like(network.output.weight),
        "output.bias": log_odds(split),
    }
    for name, rows in fresh.items():
        rows[known] = state[name][origin]
        state[name] = rows
    return state


def log_odds(split: Split) -> Tensor:
    """`(labels,)`: how common each is among the clips it is known of, and one of each kind."""
    known = np.ones(split.hard.shape, dtype=bool) if split.known is None else split.known
    positives = (split.hard * known).sum(0) + 1.0
    negatives = known.sum(0) + 2.0 - positives
    return torch.from_numpy(np.log(positives / negatives)).float()


def _shape(config: NetworkConfig) -> NetworkConfig:
    return dataclasses.replace(config, labels=2, dropout=0.0, block_dropout=0.0)
