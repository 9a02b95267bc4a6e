"""The evaluation of a network on the validation split, and the card that holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from ml.checkpoints.card import ModelCard
from ml.config.recipe import Recipe
from ml.data.magnatagatune.annotations import DatasetError
from ml.data.magnatagatune.split import Split
from ml.evaluation.metrics import minimum_positives, rank, rankable
from ml.evaluation.predict import Predictions, predict
from ml.evaluation.thresholds import choose_thresholds
from ml.nn.network import SampleCNN

from .losses import Loss


@dataclass(frozen=True)
class Identity:
    """What a training calls its result and under which terms it may be used."""

    name: str
    licence: str


@dataclass(frozen=True)
class Validation:
    """Segment-wise `loss`, clip-wise ranking figures, and the predictions behind them."""

    loss: float
    macro_roc_auc: float
    macro_average_precision: float
    predictions: Predictions

    def figure(self, select_by: str) -> float:
        """The figure that selects, such that more is better."""
        value: float = getattr(self, select_by)
        return -value if select_by == "loss" else value


def check_validation(split: Split) -> None:
    """Raise DatasetError when nothing can be ranked on `split`."""
    if not len(split) or not len(rankable(split.hard, known=split.known)):
        raise DatasetError("The validation split has no tag that some clips have and some lack.")


def validate(
    network: SampleCNN,
    split: Split,
    recipe: Recipe,
    loss: Loss,
    *,
    bfloat16: bool,
    should_stop: Callable[[], bool] = lambda: False,
) -> Validation:
    """Evaluate on `split`: the loss a segment, ranking by the clips' mean scores.

    Raises InterruptedError when `should_stop` returns True.
    """
    return score_predictions(
        predict(network, split, bfloat16=bfloat16, should_stop=should_stop), split, recipe, loss
    )


def score_predictions(
    predictions: Predictions, split: Split, recipe: Recipe, loss: Loss
) -> Validation:
    """Loss and ranking figures of `predictions` for `split`."""
    ranking = rank(
        split.hard,
        predictions.clips,
        split.tags,
        minimum=minimum_positives(split),
        known=split.known,
    )
    return Validation(
        loss=_loss(predictions, split, recipe, loss),
        macro_roc_auc=ranking.macro_roc_auc,
        macro_average_precision=ranking.macro_average_precision,
        predictions=predictions,
    )


def make_card(
    network: SampleCNN,
    identity: Identity,
    recipe: Recipe,
    train: Split,
    validation: Split,
    result: Validation,
    provenance: dict[str, Any],
    fixed_thresholds: Mapping[str, float],
) -> ModelCard:
    """The card of a network just validated.

    Thresholds are chosen on the validation split, but for the tags of `fixed_thresholds`.
    """
    return ModelCard(
        name=identity.name,
        licence=identity.licence,
        config=network.config.as_dict(),
        labels=train.tags,
        thresholds=choose_thresholds(
            validation.hard,
            result.predictions.clips,
            train.tags,
            validation.known,
            fixed_thresholds=fixed_thresholds,
        ),
        metrics={
            "split": "validation",
            "protocol": validation.protocol,
            "loss": result.loss,
            "macro_roc_auc": result.macro_roc_auc,
            "macro_average_precision": result.macro_average_precision,
        },
        data={"train_clips": len(train), "validation_clips": len(validation)},
        provenance={**provenance, "recipe": _portable(recipe)},
    )


def _portable(recipe: Recipe) -> dict[str, Any]:
    """The recipe as a reader elsewhere may see it: of the initial weights, the name alone."""
    values = recipe.as_dict()
    values["training"]["initial"] = Path(values["training"]["initial"]).name
    return values


def _loss(predictions: Predictions, split: Split, recipe: Recipe, loss: Loss) -> float:
    # The nearest float32 to 1 is 6e-8 away: what rounds to 0 or 1 would have an infinite logit.
    scores = torch.from_numpy(predictions.segments).double().clamp(1e-7, 1 - 1e-7)
    # Losses take logits; a softmax's logarithms are logits of it.
    softmax = recipe.network.get("head") == "softmax"
    logits = scores.log() if softmax else scores.logit()
    targets = segment_targets(predictions.clip, split, recipe.data.labels)
    return float(loss(logits, torch.from_numpy(targets).double()))


def segment_targets(
    clip: npt.NDArray[np.intp], split: Split, labels: str
) -> npt.NDArray[np.float32]:
    """Targets `(segments, tags)` of whole segments, NaN where unknown; `clip` says whose each is.

    `labels` "soft" takes a segment's own scores where the split has them.
    """
    if labels == "hard" or split.soft is None:
        targets = split.hard[clip].astype(np.float32)
    else:
        position = np.arange(len(clip)) - np.searchsorted(clip, clip)
        last = split.soft.shape[1] - 1
        targets = split.soft[clip, np.minimum(position, last)].astype(np.float32)
    if split.known is not None:
        targets[~split.known[clip]] = np.nan
    return targets
