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
from ml.evaluation.calibration import calibrate
from ml.evaluation.evaluate import score_split
from ml.evaluation.metrics import Scores
from ml.evaluation.report import make_report
from ml.evaluation.thresholds import choose_thresholds
from ml.nn.musicnn import Musicnn
from ml.nn.network import SampleCNN

# Scores may move by this much when the weights are stored in half precision.
TOLERANCE = 0.005


@dataclass(frozen=True)
class Release:
    """A network to be saved with its card, and by how much half precision moves a clip's score.

    `scores` holds those of the clips, `(clips, tags)`, by the split's name. `second` is what the
    card names so.
    """

    network: SampleCNN
    card: ModelCard
    largest_change: float
    scores: dict[str, Scores]
    second: Musicnn | None = None


def make_release(
    model: LoadedModel,
    validation: Split,
    test: Split | None,
    device: torch.device,
    *,
    callbacks: Callbacks | None = None,
    fixed_thresholds: Mapping[str, float] | None = None,
) -> Release:
    """`model` in float16, with thresholds and calibration from `validation`.

    The card has the figures of the splits there are. `fixed_thresholds`, by tag, stay as they are.
    Where float16 moves a score by more than TOLERANCE the weights stay as they are. The figures
    are those of the weights that ship. Raises InterruptedError when the callbacks say stop.
    """
    half = copy.deepcopy(model.network).half()
    second = None if model.second is None else copy.deepcopy(model.second).half()
    rounded = LoadedModel(
        copy.deepcopy(half).float(),
        model.card,
        None if second is None else copy.deepcopy(second).float(),
    )
    # In float32, so that only the rounding of the weights shows.
    exact, near = (
        score_split(kind, validation, device, callbacks=callbacks, precision="fp32").clips
        for kind in (model, rounded)
    )
    largest_change = float(np.abs(exact - near).max())
    if largest_change > TOLERANCE:
        rounded, half, second = model, model.network, model.second
    on_validation = score_split(rounded, validation, device, callbacks=callbacks)
    predictions = {validation.name: (validation, on_validation)}
    if test is not None:
        predictions[test.name] = test, score_split(rounded, test, device, callbacks=callbacks)
    reports = {name: make_report(model.card.name, *of) for name, of in predictions.items()}
    judged = validation.hard, on_validation.clips, validation.tags
    thresholds = choose_thresholds(*judged, validation.known, fixed_thresholds=fixed_thresholds)
    card = replace(
        model.card,
        thresholds=thresholds,
        calibration=calibrate(*judged, thresholds, validation.known),
        metrics={split: figures.as_dict() for split, figures in reports.items()},
    )
    scores = {name: of[1].clips for name, of in predictions.items()}
    return Release(half, card, largest_change, scores, second)
