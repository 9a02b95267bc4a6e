"""Which labels a model's second network still speaks for when the model has been trained further.

A training changes the main network alone. A label that it has not touched is left to the second
network, by its share; of one that it has, the clips held out for validation say whether the main
network hears it better alone.
"""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import roc_auc_score

from ml.checkpoints.card import second_network
from ml.checkpoints.weights import LoadedModel
from ml.config.callbacks import Callbacks
from ml.data.concat import concat_splits
from ml.data.magnatagatune.split import Split
from ml.evaluation.evaluate import score_split
from ml.evaluation.metrics import Scores

# Validation clips with a label, and without it, below which they say nothing about it.
LEAST_OF_EACH = 3


def keep_second(
    trained: LoadedModel,
    base: LoadedModel,
    train: Split,
    validation: Split,
    device: torch.device,
    callbacks: Callbacks | None = None,
) -> LoadedModel:
    """`trained` with the second network of `base`, from which it was trained, where that has one.

    Raises InterruptedError when the callbacks say stop.
    """
    facts = second_network(base.card)
    if facts is None or base.second is None:
        return trained
    beside = {
        label: share for label, share in facts.speaks_for.items() if label in trained.card.labels
    }
    both = _with_second(trained, base, beside)
    contested = [
        label for label in beside if _has_been_told(train, label) and _can_judge(validation, label)
    ]
    if contested:
        lost = _heard_better_by_trunk(trained, both, validation, contested, device, callbacks)
        beside = {label: share for label, share in beside.items() if label not in lost}
    return _with_second(trained, base, beside) if beside else trained


def _with_second(
    trained: LoadedModel, base: LoadedModel, speaks_for: dict[str, float]
) -> LoadedModel:
    facts = second_network(base.card)
    second = asdict(replace(facts, speaks_for=speaks_for)) if facts else {}
    return LoadedModel(trained.network, replace(trained.card, second=second), base.second)


def _heard_better_by_trunk(
    trained: LoadedModel,
    both: LoadedModel,
    validation: Split,
    labels: list[str],
    device: torch.device,
    callbacks: Callbacks | None,
) -> set[str]:
    part = concat_splits([validation], labels)
    scores = [score_split(model, part, device, callbacks=callbacks) for model in (trained, both)]
    areas = [_areas(part, found.clips) for found in scores]
    return {label for label, trunk, second in zip(labels, *areas, strict=True) if trunk >= second}


def _areas(split: Split, scores: Scores) -> list[float]:
    """ROC-AUC of every label among the clips of which it is known."""
    return [
        float(roc_auc_score(split.hard[known, column], scores[known, column]))
        for column in range(len(split.tags))
        for known in [_known(split, column)]
    ]


def _known(split: Split, column: int) -> npt.NDArray[np.bool_]:
    if split.known is None:
        return np.ones(len(split), dtype=bool)
    return split.known[:, column]


def _has_been_told(split: Split, label: str) -> bool:
    return label in split.tags and bool(_known(split, split.tags.index(label)).any())


def _can_judge(split: Split, label: str) -> bool:
    if label not in split.tags:
        return False
    column = split.tags.index(label)
    known = _known(split, column)
    positives = int(split.hard[known, column].sum())
    return min(positives, int(known.sum()) - positives) >= LEAST_OF_EACH
