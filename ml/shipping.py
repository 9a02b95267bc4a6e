"""Making a trained model ready for use: thresholds, figures, and half the bytes."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from ml.card import ModelCard
from ml.evaluation import Report
from ml.judging import scored
from ml.magnatagatune.prepared import Split
from ml.network import SampleCNN
from ml.thresholds import choose_thresholds
from ml.weights import LoadedModel

# Scores may move by this much when the weights are stored in half precision.
TOLERANCE = 0.005


def halved(model: LoadedModel, split: Split, device: torch.device) -> tuple[SampleCNN, float]:
    """The network with weights in float16, and by how much a clip's score moves at most.

    Where it moves by more than TOLERANCE the network is given back as it was.
    """
    half = copy.deepcopy(model.network).half()
    rounded = LoadedModel(copy.deepcopy(half).float(), model.card)
    before, after = scored(model, split, device), scored(rounded, split, device)
    moved = float(np.abs(before.clips - after.clips).max())
    return (half if moved <= TOLERANCE else model.network), moved


def finished_card(
    model: LoadedModel,
    validation: Split,
    reports: list[Report],
    device: torch.device,
    facts: dict[str, Any],
) -> ModelCard:
    """`model`'s card with thresholds chosen on `validation` and each report's figures.

    `facts` are further fields of the card: name, licence, data, provenance.
    """
    found = scored(model, validation, device)
    chosen = choose_thresholds(validation.hard, found.clips, validation.tags)
    figures = {report.split: report.as_dict() for report in reports}
    return replace(model.card, thresholds=chosen, metrics=figures, **facts)
