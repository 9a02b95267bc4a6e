"""From what a training left to a model that can ship: thresholds for both vocabularies, a card.

Thresholds of MagnaTagATune's tags come from the stand-in's hard labels, those of the second
vocabulary, and of the new kinds of clips, from what their teachers and their own truth say. A tag
that has not been shown to be heard has a threshold that no score reaches: it is never shown, but
its raw score stays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score, roc_auc_score

from ml.checkpoints.card import ModelCard
from ml.checkpoints.weights import LoadedModel, save_model
from ml.config import NetworkConfig
from ml.data.magnatagatune.split import open_split
from ml.evaluation.thresholds import choose_thresholds
from ml.export.release import make_release
from ml.nn import SampleCNN

from .targets import Targets, load_targets
from .validation import POSITIVE

Scores = npt.NDArray[np.float32]
# What a tag must reach on validation to be shown, and on how many clips that have it.
LEAST_POSITIVES, LEAST_ROC_AUC, LEAST_PRECISION = 5, 0.8, 0.25
NEVER = 1.0


@dataclass(frozen=True)
class Marks:
    """Which clips have which tags, and of which that is known: `(clips, tags)`."""

    labels: npt.NDArray[np.uint8]
    known: npt.NDArray[np.bool_]


def marks_of(targets: Targets, split: str) -> Marks:
    """The clips of a split: hard labels where there are some, else the mean of the targets."""
    rows = [k for k, name in enumerate(targets.splits) if name == split]
    bounded, first = targets.bounded(), targets.rows()
    means = np.stack([_mean(bounded[first[k] : first[k] + targets.segments[k]]) for k in rows])
    hard = targets.hard[rows]
    labels = np.where(hard >= 0, hard, np.nan_to_num(means) >= POSITIVE)
    return Marks(labels.astype(np.uint8), (hard >= 0) | ~np.isnan(means))


def _mean(scores: Scores) -> Scores:
    known = ~np.isnan(scores)
    total = np.where(known, scores, 0).sum(0)
    return np.where(known.any(0), total / np.maximum(known.sum(0), 1), np.nan)


def figures(marks: Marks, scores: Scores, tags: list[str]) -> dict[str, dict[str, float]]:
    """ROC-AUC, average precision and positives of every tag that can be ranked."""
    found = {}
    for k, tag in enumerate(tags):
        known = marks.known[:, k]
        labels, given = marks.labels[known, k], scores[known, k]
        if 0 < labels.sum() < len(labels):
            found[tag] = {
                "positives": int(labels.sum()),
                "roc_auc": round(float(roc_auc_score(labels, given)), 4),
                "average_precision": round(float(average_precision_score(labels, given)), 4),
            }
    return found


def shown(figure: dict[str, float] | None) -> bool:
    """Whether a tag with this figure has been shown to be heard."""
    return (
        figure is not None
        and figure["positives"] >= LEAST_POSITIVES
        and figure["roc_auc"] >= LEAST_ROC_AUC
        and figure["average_precision"] >= LEAST_PRECISION
    )


def thresholds(marks: Marks, scores: Scores, tags: list[str]) -> dict[str, float]:
    """The threshold of each tag; NEVER for those that have not been shown to be heard."""
    chosen = choose_thresholds(marks.labels, scores, tags, marks.known)
    found = figures(marks, scores, tags)
    return {tag: chosen[tag] if shown(found.get(tag)) else NEVER for tag in tags}


def ship(
    trained: Path, name: str, prepared: Path, out: Path, *, licence: str, data: dict[str, Any]
) -> ModelCard:
    """Write weights and card of the student that `trained` holds; `prepared` is the stand-in."""
    report = json.loads((trained / "student.json").read_text(encoding="utf-8"))
    targets = load_targets(trained / "heard.npz")
    with np.load(trained / "student-scores.npz") as table:
        scores = {split: table[split] for split in table.files}
    tags = report["tags"]
    marks = {split: marks_of(targets, split) for split in scores}
    fixed = thresholds(marks["validation"], scores["validation"], tags)
    card = ModelCard(
        name="default",
        config=report["config"],
        labels=tags,
        licence=licence,
        data=data,
        provenance={"settings": report["settings"], "curve": _short(report["curve"])},
    )
    validation, test = (open_split(prepared, split) for split in ("validation", "test"))
    model = LoadedModel(_network(report, trained / name), card)
    release = make_release(model, validation, test, torch.device("cpu"), fixed_thresholds=fixed)
    both = {split: figures(marks[split], scores[split], tags) for split in scores}
    metrics = release.card.metrics | {"both_vocabularies": both}
    return save_model(out, release.network, replace(release.card, metrics=metrics))


def _network(report: dict[str, Any], weights: Path) -> SampleCNN:
    network = SampleCNN(NetworkConfig.from_dict(report["config"]))
    tensors = load_file(weights)
    network.load_state_dict(
        {k: v.float() if v.is_floating_point() else v for k, v in tensors.items()}
    )
    return network.eval()


def _short(curve: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A curve without its figures by tag."""
    return [
        {key: value for key, value in entry.items() if not isinstance(value, dict)}
        for entry in curve
    ]
