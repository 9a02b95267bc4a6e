"""From what a training left to a model that can ship: thresholds for both vocabularies, a card.

Thresholds of MagnaTagATune's tags come from the stand-in's hard labels, those of the second
vocabulary, and of the new kinds of clips, from what their teachers and their own truth say. A tag
that has not been shown to be heard has a threshold that no score reaches: it is never shown, but
its raw score stays.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file
from sklearn.metrics import average_precision_score, roc_auc_score

from distillation.second.features import whole_clips
from ml.audio import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.checkpoints.card import ModelCard, SecondNetwork
from ml.checkpoints.weights import save_model
from ml.commands.evaluate import hear_truth
from ml.config import NetworkConfig
from ml.data.magnatagatune.split import Split, open_split
from ml.evaluation.calibration import calibrate
from ml.evaluation.predict import Predictions
from ml.evaluation.report import make_report
from ml.evaluation.thresholds import choose_thresholds
from ml.inference import Tagger
from ml.nn import SampleCNN
from ml.nn.musicnn import Musicnn, MusicnnConfig

from .targets import Targets, load_targets
from .validation import POSITIVE

Scores = npt.NDArray[np.float32]
# What a tag must reach on validation to be shown, and on how many clips that have it.
LEAST_POSITIVES, LEAST_ROC_AUC, LEAST_PRECISION = 5, 0.8, 0.25
LEAST_TRUTH = 0.7
NEVER = 1.0
SECOND = "million-song"
SECOND_NAME, SECOND_LICENCE = "musicnn", "ISC; fitted to the pool, terms as above"
# How much the second network counts. On validation the mean of both logits has an average precision
# of 0.83 on the first vocabulary's tags, each alone 0.80 and 0.78. Of the second vocabulary the
# student has heard too few songs; but of these words it knows that noises have none of them. Of
# "ambient" the second knows it as well: on validation it agrees with its teachers in .987 of pairs,
# the first vocabulary's output of both networks in .866.
SHARE, SHARE_OF_SECOND = 0.5, 1.0
HEARD_BY_BOTH = ("electronic", "electronica", "electro")


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


def shares(tags: list[str]) -> dict[str, float]:
    """How much the second network counts, by tag."""
    both = {f"{SECOND}: {word}" for word in HEARD_BY_BOTH}
    return {
        tag: SHARE_OF_SECOND if tag.startswith(SECOND) and tag not in both else SHARE
        for tag in tags
    }


@dataclass(frozen=True)
class Sources:
    """Where a release is made from.

    `trained` is what the student's training left, `second` what `distillation.second` wrote,
    `prepared` the stand-in, prepared, `pool` the folder that the targets' names begin from, and
    `truth` one of clips whose truth is known.
    """

    trained: Path
    second: Path
    prepared: Path
    pool: Path
    truth: Path


def release(sources: Sources, out: Path, *, licence: str, data_note: str, note: str) -> ModelCard:
    """Write weights and card of the student and the second network beside it.

    The figures are those of the weights in half precision, in which they are stored, computed as a
    worker would (with the 8-bit copy beside `out`, where there is one made from these weights).
    """
    trained_as = json.loads((sources.trained / "student.json").read_text(encoding="utf-8"))
    targets, tags = load_targets(sources.trained / "heard.npz"), trained_as["tags"]
    student = _network(trained_as, sources.trained / "student-last.safetensors")
    second = _second(sources.second)
    facts = SecondNetwork(
        SECOND_NAME, second.config.as_dict(), tags, shares(tags), licence=SECOND_LICENCE
    )
    card = ModelCard(
        name="default",
        config=trained_as["config"],
        labels=tags,
        licence=licence,
        data={**_amounts(targets), "note": data_note},
        provenance={
            "note": note,
            "settings": trained_as["settings"],
            "curve": _short(trained_as["curve"]),
        },
        second=asdict(facts),
    )
    student, second = student.half(), second.half()
    save_model(out, student, card, second)
    tagger = Tagger.load(out, "cpu", torch.get_num_threads())
    return save_model(out, student, _judged(card, tagger, sources, targets), second)


def _judged(card: ModelCard, tagger: Tagger, sources: Sources, targets: Targets) -> ModelCard:
    """The card with thresholds and figures."""
    truth = hear_truth(tagger, sources.truth).as_dict()
    splits = ("validation", "test")
    scores = {
        split: np.stack(
            [tagger.score(clip)[0].mean(0) for clip in whole_clips(sources.pool, targets, split)]
        )
        for split in splits
    }
    marks = {split: marks_of(targets, split) for split in splits}
    reports = {
        split: _report(open_split(sources.prepared, split), targets, scores[split], split)
        for split in splits
    }
    both = {split: figures(marks[split], scores[split], card.labels) for split in splits}
    chosen = thresholds(marks, scores, card.labels, heard_in(truth))
    judged = marks["validation"]
    return replace(
        card,
        thresholds=chosen,
        calibration=calibrate(
            judged.labels, scores["validation"], card.labels, chosen, judged.known
        ),
        metrics={**reports, "both_vocabularies": both, "truth": truth},
    )


def _amounts(targets: Targets) -> dict[str, Any]:
    train = np.array(targets.splits) == "train"
    hours = targets.segments[train].sum() * SEGMENT_SAMPLES / SAMPLE_RATE / 3600
    counts = {split: targets.splits.count(split) for split in ("train", "validation", "test")}
    return {
        "train_clips": counts["train"],
        "train_hours": round(float(hours), 1),
        "validation_clips": counts["validation"],
        "test_clips": counts["test"],
    }


def _second(file: Path) -> Musicnn:
    tensors = load_file(file)
    hidden, labels = len(tensors["hidden.bias"]), len(tensors["output.bias"])
    network = Musicnn(MusicnnConfig(hidden=hidden, labels=labels))
    network.load_state_dict(tensors)
    return network.eval().requires_grad_(False)


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
