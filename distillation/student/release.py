"""From what a training left to a model that can ship: thresholds for both vocabularies, a card.

Thresholds of MagnaTagATune's tags come from the stand-in's hard labels, those of the second
vocabulary, and of the new kinds of clips, from what their teachers and their own truth say. A tag
that has not been shown to be heard has a threshold that no score reaches: it is never shown, but
its raw score stays.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score, roc_auc_score

from ml.checkpoints.card import ModelCard
from ml.checkpoints.weights import save_model
from ml.config import NetworkConfig
from ml.data.magnatagatune.split import Split, open_split
from ml.evaluation.calibration import calibrate
from ml.evaluation.predict import Predictions
from ml.evaluation.report import make_report
from ml.evaluation.thresholds import choose_thresholds
from ml.nn import SampleCNN

from .targets import Targets, load_targets
from .validation import POSITIVE

Scores = npt.NDArray[np.float32]
# What a tag must reach on validation to be shown, and on how many clips that have it.
LEAST_POSITIVES, LEAST_ROC_AUC, LEAST_PRECISION = 5, 0.8, 0.25
LEAST_TRUTH = 0.7
NEVER = 1.0
SECOND = "million-song"
# Words of both vocabularies that the first's output says for both.
SPOKEN_BY_FIRST = ("ambient",)


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


def heard_in(truth: dict[str, Any]) -> set[str]:
    """The outputs that clips of known truth have shown to be heard (`ml evaluate --truth --json`):
    even the lower end of an area's interval is well above chance."""
    return {one["label"] for one in truth["answers"] if one["interval"][0] >= LEAST_TRUTH}


def shown(figure: dict[str, float] | None) -> bool:
    """Whether a tag with this figure has been shown to be heard."""
    return (
        figure is not None
        and figure["positives"] >= LEAST_POSITIVES
        and figure["roc_auc"] >= LEAST_ROC_AUC
        and figure["average_precision"] >= LEAST_PRECISION
    )


def thresholds(
    marks: Mapping[str, Marks],
    scores: Mapping[str, Scores],
    tags: list[str],
    heard: Collection[str] = (),
) -> dict[str, float]:
    """The threshold of each tag; NEVER for those that have not been shown to be heard.

    A tag that too few validation clips have takes the test clips into account as well. `heard` are
    tags that have been shown to be heard elsewhere.
    """
    both = Marks(
        *(
            np.concatenate([getattr(one, part) for one in marks.values()])
            for part in ("labels", "known")
        )
    )
    together = np.concatenate(list(scores.values()))
    chosen: dict[str, float] = {}
    for judged, given in ((marks["validation"], scores["validation"]), (both, together)):
        if not len(given):
            continue
        found = figures(judged, given, tags)
        every = choose_thresholds(judged.labels, given, tags, judged.known)
        for tag in tags:
            figure = found.get(tag)
            enough = figure is not None and figure["positives"] >= LEAST_POSITIVES
            if tag not in chosen and enough:
                chosen[tag] = every[tag] if shown(figure) or tag in heard else NEVER
    return {tag: chosen.get(tag, every[tag] if tag in heard else NEVER) for tag in tags}


def _alike(chosen: dict[str, float]) -> dict[str, float]:
    """One threshold where one output speaks for both vocabularies."""
    return chosen | {f"{SECOND}: {word}": chosen[word] for word in SPOKEN_BY_FIRST}


def one_output_for_both(network: SampleCNN, tags: list[str], word: str) -> None:
    """Let the first vocabulary's output of `word` speak for the second's as well.

    The second's teachers give seven of ten noises a tag above 0.3, the first's two of ten.
    """
    first, second = tags.index(word), tags.index(f"{SECOND}: {word}")
    with torch.no_grad():
        for parameter in (network.output.weight, network.output.bias):
            parameter[second] = parameter[first]


def ship(
    trained: Path,
    prepared: Path,
    out: Path,
    *,
    truth: dict[str, Any],
    licence: str,
    data: dict[str, Any],
    note: str,
) -> ModelCard:
    """Write weights and card of the student in `trained`; `prepared` is the stand-in, prepared.

    The figures are those that the training took at its end, of the average of the weights in
    bfloat16; the weights are stored in half precision.
    """
    trained_as = json.loads((trained / "student.json").read_text(encoding="utf-8"))
    targets = load_targets(trained / "heard.npz")
    with np.load(trained / "student-scores.npz") as table:
        scores = {split: table[split] for split in table.files}
    tags = trained_as["tags"]
    marks = {split: marks_of(targets, split) for split in scores}
    network = _network(trained_as, trained / "student-last.safetensors")
    for word in SPOKEN_BY_FIRST:
        one_output_for_both(network, tags, word)
        column, first = tags.index(f"{SECOND}: {word}"), tags.index(word)
        for found in scores.values():
            found[:, column] = found[:, first]
    chosen = _alike(thresholds(marks, scores, tags, heard_in(truth)))
    judged = marks["validation"]
    card = ModelCard(
        name="default",
        config=trained_as["config"],
        labels=tags,
        licence=licence,
        thresholds=chosen,
        calibration=calibrate(judged.labels, scores["validation"], tags, chosen, judged.known),
        metrics={
            "test": _report(open_split(prepared, "test"), targets, scores["test"], "test"),
            "validation": _report(
                open_split(prepared, "validation"), targets, scores["validation"], "validation"
            ),
            "both_vocabularies": {
                split: figures(marks[split], scores[split], tags) for split in scores
            },
            "truth": truth,
        },
        data=data,
        provenance={
            "note": note,
            "settings": trained_as["settings"],
            "curve": _short(trained_as["curve"]),
        },
    )
    return save_model(out, network.half(), card)


def _report(split: Split, targets: Targets, scores: Scores, name: str) -> dict[str, Any]:
    """The usual report of the stand-in's clips of a split, out of scores that are there already."""
    rows = [k for k, of in enumerate(targets.splits) if of == name]
    place = {targets.names[row].partition("mp3/")[2]: n for n, row in enumerate(rows)}
    columns = [targets.tags.index(tag) for tag in split.tags]
    clips = scores[[place[path] for path in split.paths]][:, columns]
    found = Predictions(clips, np.arange(len(clips)), clips)
    return make_report("default", replace(split, soft=None), found).as_dict()


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
