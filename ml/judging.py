"""From a model file and a prepared split to a report: what `evaluate` and `ship` share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from ml.cpu import keep_activations_in_the_heap
from ml.evaluation import Report, figures, in_order, report
from ml.magnatagatune.prepared import Split
from ml.predictions import Predictions, predict, wants_bfloat16
from ml.robustness import CHANGES, Change
from ml.weights import LoadedModel

Told = Callable[[str], None]


def scored(
    model: LoadedModel, split: Split, device: torch.device, change: Change | None = None
) -> Predictions:
    """The model's predictions for `split`, columns in the split's order of tags.

    Raises ValueError when the model lacks one of the split's tags.
    """
    keep_activations_in_the_heap()
    network = model.network.to(device)
    found = predict(network, split, bfloat16=wants_bfloat16("auto", device), change=change)
    return in_order(found, model.card.labels, split.tags)


def judge(
    model: LoadedModel,
    split: Split,
    device: torch.device,
    *,
    robustness: bool = False,
    tell: Told = lambda _: None,
) -> tuple[Report, Predictions]:
    """Everything about `model` on `split`; `tell` hears the name of each part as it begins."""
    tell(f"{split.name} ({len(split)} clips)")
    found = scored(model, split, device)
    whole = report(model.card.name, split, found)
    if not robustness:
        return whole, found
    changed = {}
    for name, change in CHANGES.items():
        tell(name)
        changed[name] = figures(split, scored(model, split, device, change).clips, whole.minimum)
    return replace(whole, robustness=changed), found


def model_path(text: str) -> Path:
    """The weights file that `text` names; "default" is the model that ships with the product."""
    from ml.weights import default_model_path

    return default_model_path() if text == "default" else Path(text)
