"""From a model file and a prepared split to a report: what `evaluate` and `ship` share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from ml.checkpoints.weights import LoadedModel
from ml.config.callbacks import Callbacks
from ml.data.concat import join
from ml.data.magnatagatune.split import Split
from ml.runtime.cpu import keep_activations_in_the_heap

from .metrics import Scores, countable, minimum_positives
from .paired_bootstrap import compare_paired
from .predict import Predictions, predict, wants_bfloat16
from .report import Report, figures, in_order, report
from .robustness import CHANGES, Change

Told = Callable[[str], None]


def scored(
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
    told = callbacks or Callbacks()
    found = predict(
        model.network.to(device),
        split,
        bfloat16=wants_bfloat16(precision, device),
        change=change,
        should_stop=told.should_stop,
        on_progress=partial(told.on_judged, split.name),
    )
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


def reports(
    model: LoadedModel,
    splits: Sequence[Split],
    device: torch.device,
    *,
    callbacks: Callbacks | None = None,
    beside: Mapping[str, Scores] | None = None,
) -> dict[str, dict[str, Any]]:
    """What `model` reaches on the tags it knows of each of `splits`, by the split's name.

    A split in which none of them can be ranked is left out. `beside` holds another model's scores
    `(clips, tags)` for the same splits: each report then has its comparison with this one as
    `paired`.
    """
    found = {}
    for split in splits:
        known = [tag for tag in split.tags if tag in model.card.labels]
        part = join([split], known)
        if len(part) and len(countable(part.hard, known=part.known)):
            scores = scored(model, part, device, callbacks=callbacks)
            found[split.name] = report(model.card.name, part, scores).as_dict()
            if beside is not None:
                others = beside[split.name][:, [split.tags.index(tag) for tag in known]]
                found[split.name]["paired"] = _paired(part, others, scores.clips)
    return found


def side_by_side(
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
    part = join([split], known)
    if not len(part) or not len(countable(part.hard, known=part.known)):
        return None
    found = scored(first, part, device, callbacks=callbacks)
    beside = {part.name: found.clips}
    others = reports(second, [part], device, callbacks=callbacks, beside=beside)
    return report(first.card.name, part, found).as_dict(), others[part.name]


def _paired(split: Split, first: Scores, second: Scores) -> dict[str, Any] | None:
    compared = compare_paired(
        split.hard,
        first,
        second,
        split.tags,
        minimum=minimum_positives(split),
        known=split.known,
    )
    return compared.as_dict() if compared else None


def model_path(text: str) -> Path:
    """The weights file that `text` names; "default" is the model that ships with the product."""
    from ml.checkpoints.weights import default_model_path

    return default_model_path() if text == "default" else Path(text)
