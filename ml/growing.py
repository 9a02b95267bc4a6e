"""Giving a trained network more labels, or others: its trunk stays, its head grows."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import Tensor

from ml.config import NetworkConfig
from ml.magnatagatune.prepared import Split
from ml.network import SampleCNN
from ml.training_state import TrainingError
from ml.weights import LoadedModel


def grown(source: LoadedModel, network: SampleCNN, split: Split) -> dict[str, Tensor]:
    """`network`'s state with everything that `source` has learnt, for the labels of `split`.

    Outputs of labels that `source` knows are its own. Those of the others begin at zero weights,
    so that nothing but what is learnt speaks for them, and at the label's log odds in `split`.
    Raises TrainingError when the two differ in more than their labels.
    """
    if _shape(source.network.config) != _shape(network.config):
        raise TrainingError(
            f"The initial model {source.card.name!r} is a network of another shape than the "
            "recipe's; give the recipe the same [network]."
        )
    learnt = source.network.state_dict()
    known = [k for k, label in enumerate(split.tags) if label in source.card.labels]
    origin = [source.card.labels.index(split.tags[k]) for k in known]
    fresh = {
        "output.weight": torch.zeros_like(network.output.weight),
        "output.bias": log_odds(split),
    }
    for name, rows in fresh.items():
        rows[known] = learnt[name][origin]
        learnt[name] = rows
    return learnt


def log_odds(split: Split) -> Tensor:
    """`(labels,)`: how common each is among the clips it is known of, and one of each kind."""
    known = np.ones(split.hard.shape, dtype=bool) if split.known is None else split.known
    positives = (split.hard * known).sum(0) + 1.0
    negatives = known.sum(0) + 2.0 - positives
    return torch.from_numpy(np.log(positives / negatives)).float()


def _shape(config: NetworkConfig) -> NetworkConfig:
    return dataclasses.replace(config, labels=2, dropout=0.0, block_dropout=0.0)
