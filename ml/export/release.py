"""Making a trained model ready for use: thresholds, figures, and half the bytes."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch

from ml.checkpoints.card import ModelCard
from ml.checkpoints.weights import LoadedModel
from ml.config.callbacks import Callbacks
from ml.data.magnatagatune.split import Split
from ml.evaluation.evaluate import scored
from ml.evaluation.metrics import Scores
from ml.evaluation.report import report
from ml.evaluation.thresholds import choose_thresholds
from ml.nn.network import SampleCNN

# Scores may move by this much when the weights are stored in half precision.
TOLERANCE = 0.005


@dataclass(frozen=True)
class Shipment:
    """A network to be saved with its card, and by how much half precision moves a clip's score.

    `scores` holds those of the clips, `(clips, tags)`, by the split's name.
    """

    network: SampleCNN
    card: ModelCard
    moved: float
    scores: dict[str, Scores]


def make_shipment(
    model: LoadedModel,
    validation: Split,
    test: Split | None,
    device: torch.device,
    *,
    callbacks: Callbacks | None = None,
    settled: Mapping[str, float] | None = None,
) -> Shipment:
    """`model` in float16 with thresholds from `validation` and the figures of the splits there are.

    Thresholds that are `settled` stay.
    Where float16 moves a score by more than TOLERANCE the weights stay as they are. The figures
    are those of the weights that ship. Raises InterruptedError when the callbacks say stop.
    """
    half = copy.deepcopy(model.network).half()
    rounded = LoadedModel(copy.deepcopy(half).float(), model.card)
    # In float32, so that only the rounding of the weights shows.
    exact, near = (
        scored(kind, validation, device, callbacks=callbacks, precision="fp32").clips
        for kind in (model, rounded)
    )
    moved = float(np.abs(exact - near).max())
    if moved > TOLERANCE:
        rounded, half = model, model.network
    found = scored(rounded, validation, device, callbacks=callbacks)
    predictions = {validation.name: (validation, found)}
    if test is not None:
        predictions[test.name] = test, scored(rounded, test, device, callbacks=callbacks)
    judged = {name: report(model.card.name, *of) for name, of in predictions.items()}
    card = replace(
        model.card,
        thresholds=choose_thresholds(
            validation.hard,
            found.clips,
            validation.tags,
            validation.known,
            settled=settled,
        ),
        metrics={split: figures.as_dict() for split, figures in judged.items()},
    )
    return Shipment(half, card, moved, {name: of[1].clips for name, of in predictions.items()})
