"""From a model file and a prepared split to a report: what `evaluate` and `ship` share."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ml.checkpoints.weights import LoadedModel
from ml.config.callbacks import Callbacks
from ml.data.clusters import clusters
from ml.data.concat import concat_splits, take
from ml.data.magnatagatune.split import Split
from ml.runtime.cpu import keep_activations_in_the_heap

from .metrics import Scores, minimum_positives, rankable
from .paired_bootstrap import compare_paired
from .predict import Predictions, predict, wants_bfloat16
from .report import Figures, Report, figures, make_report, reorder_columns
from .robustness import CHANGES, Change

# On fewer hardly any tag can be ranked, however slow the machine is.
FEWEST_CLIPS = 8

Notify = Callable[[str], None]


def score_split(
    model: LoadedModel,
    split: Split,
    device: torch.device,
    change: Change | None = None,
    callbacks: Callbacks | None = None,
    *,
    precision: str = "auto",
) -> Predictions:
    """The model's predictions for `split`, columns in the split's order of tags.

    Raises ValueError when the model lacks one of the split's tags, InterruptedError when the
    callbacks say stop.
    """
    keep_activations_in_the_heap()
    callbacks = callbacks or Callbacks()
    predictions = predict(
        model.whole.to(device),
        split,
        bfloat16=wants_bfloat16(precision, device),
        change=change,
        should_stop=callbacks.should_stop,
        on_progress=partial(callbacks.on_evaluated, split.name),
    )
    return reorder_columns(predictions, model.card.labels, split.tags)


def evaluate(
    model: LoadedModel,
    split: Split,
    device: torch.device,
    *,
    robustness: bool = False,
    notify: Notify = lambda _: None,
) -> tuple[Report, Predictions]:
    """The full report of `model` on `split`, and its predictions.

    `notify` is called with the name of each part as it starts.
    """
    notify(f"{split.name} ({len(split)} clips)")
    predictions = score_split(model, split, device)
    whole = make_report(model.card.name, split, predictions)
    if not robustness:
        return whole, predictions
    changed = {}
    for name, change in CHANGES.items():
        notify(name)
        changed[name] = figures(
            split, score_split(model, split, device, change).clips, whole.minimum
        )
    return replace(whole, robustness=changed), predictions


def evaluate_splits(
    model: LoadedModel,
    splits: Sequence[Split],
    device: torch.device,
    *,
    callbacks: Callbacks | None = None,
    other_scores: Mapping[str, Scores] | None = None,
) -> dict[str, dict[str, Any]]:
    """What `model` reaches on the tags it knows of each of `splits`, by the split's name.

    A split in which none of them can be ranked is left out. `other_scores` holds another model's
    scores `(clips, tags)` for the same splits: each report then has its comparison with this one
    as `paired`.
    """
    reports = {}
    for split in splits:
        known = [tag for tag in split.tags if tag in model.card.labels]
        part = concat_splits([split], known)
        if len(part) and len(rankable(part.hard, known=part.known)):
            scores = score_split(model, part, device, callbacks=callbacks)
            reports[split.name] = make_report(model.card.name, part, scores).as_dict()
            if other_scores is not None:
                others = other_scores[split.name][:, [split.tags.index(tag) for tag in known]]
                reports[split.name]["paired"] = _paired(part, others, scores.clips, callbacks)
    return reports


def evaluate_within(
    model: LoadedModel,
    split: Split,
    device: torch.device,
    *,
    seconds: float,
    callbacks: Callbacks | None = None,
) -> Figures | None:
    """Macro figures of `model` on the first clips of `split`: as many as it scores in `seconds`.

    None where no tag that it knows can be ranked on them. Raises InterruptedError when the
    callbacks say stop.
    """
    known = [tag for tag in split.tags if tag in model.card.labels]
    part, end = concat_splits([split], known), time.monotonic() + seconds
    scores: list[Scores] = []
    if not len(part):
        return None
    while len(scores) < len(part) and (len(scores) < FEWEST_CLIPS or time.monotonic() < end):
        clip = take(part, np.array([len(scores)]))
        scores.append(score_split(model, clip, device).clips)
        if callbacks:
            callbacks.on_evaluated(split.name, len(scores), len(part))
            if callbacks.should_stop():
                raise InterruptedError("The evaluation was stopped.")
    heard = take(part, np.arange(len(scores)))
    minimum = minimum_positives(heard)
    if not len(rankable(heard.hard, minimum, heard.known)):
        return None
    return figures(heard, np.concatenate(scores), minimum)


def evaluate_pair(
    first: LoadedModel,
    second: LoadedModel,
    split: Split,
    device: torch.device,
    *,
    callbacks: Callbacks | None = None,
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Both models' reports on the tags of `split` that both know; the second's has `paired`.

    None where none of those tags can be ranked. Raises InterruptedError when the callbacks say
    stop.
    """
    both = set(first.card.labels) & set(second.card.labels)
    known = [tag for tag in split.tags if tag in both]
    part = concat_splits([split], known)
    if not len(part) or not len(rankable(part.hard, known=part.known)):
        return None
    predictions = score_split(first, part, device, callbacks=callbacks)
    other_scores = {part.name: predictions.clips}
    others = evaluate_splits(second, [part], device, callbacks=callbacks, other_scores=other_scores)
    return make_report(first.card.name, part, predictions).as_dict(), others[part.name]


def _paired(
    split: Split, first: Scores, second: Scores, callbacks: Callbacks | None
) -> dict[str, Any] | None:
    compared = compare_paired(
        split.hard,
        first,
        second,
        split.tags,
        minimum=minimum_positives(split),
        known=split.known,
        clusters=clusters(split),
        should_stop=(callbacks or Callbacks()).should_stop,
    )
    return compared.as_dict() if compared else None


def model_path(text: str) -> Path:
    """The weights file that `text` names; "default" is the model that ships with the product."""
    from ml.checkpoints.weights import default_model_path

    return default_model_path() if text == "default" else Path(text)
