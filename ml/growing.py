"""Giving a trained network more labels, or others: its trunk stays, its head grows."""

from __future__ import annotations

import dataclasses

from torch import Tensor

from ml.config import NetworkConfig
from ml.network import SampleCNN
from ml.training_state import TrainingError
from ml.weights import LoadedModel


def grown(source: LoadedModel, network: SampleCNN, labels: list[str]) -> dict[str, Tensor]:
    """`network`'s state with everything that `source` has learnt.

    Outputs of `labels` that `source` knows are its own, those of the others are `network`'s, as
    fresh as it has them. Raises TrainingError when the two differ in more than their labels.
    """
    if _shape(source.network.config) != _shape(network.config):
        raise TrainingError(
            f"The initial model {source.card.name!r} is a network of another shape than the "
            "recipe's; give the recipe the same [network]."
        )
    state, learnt = network.state_dict(), source.network.state_dict()
    known = [k for k, label in enumerate(labels) if label in source.card.labels]
    origin = [source.card.labels.index(labels[k]) for k in known]
    for name in ("output.weight", "output.bias"):
        rows = state[name].clone()
        rows[known] = learnt[name][origin]
        learnt[name] = rows
    return learnt


def _shape(config: NetworkConfig) -> NetworkConfig:
    return dataclasses.replace(config, labels=2, dropout=0.0, block_dropout=0.0)
