"""The evaluation of a model on a split: figures, their uncertainty, and figures of subsets.

A clip's score is the mean of its segments' probabilities, as in the papers. Everything about
labels is a statement about these labels, whoever made them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from ml.data.clusters import Clusters, clusters
from ml.data.magnatagatune.split import Split

from .metrics import (
    Known,
    Labels,
    Scores,
    TagFigures,
    calibration_error,
    known_only,
    minimum_positives,
    rank,
    rankable,
)
from .predict import Predictions
from .resamples import draw, interval, means, statistics

Interval = tuple[float, float]
# So many that 25 lie beyond either end of the interval.
RESAMPLES = 1000


@dataclass(frozen=True)
class Figures:
    """Macro figures over the tags that count in some clips."""

    clips: int
    tags: int
    macro_roc_auc: float
    macro_average_precision: float


@dataclass(frozen=True)
class Report:
    """All that `evaluate` finds out; `minimum` is the number of positives from which a tag counts.

    Intervals are 95 % ones, by bootstrap over `groups` of the `unit`: "source" or "track".
    `calibration_error_soft` is against the soft labels, `per_kind` ranks within each kind of clip,
    `instruments` holds each known instrument's ROC-AUC against the other clips that have one; they
    are empty where the data does not say.
    """

    model: str
    split: str
    protocol: str
    minimum: int
    clips: int
    tags: int
    unreadable: int
    macro_roc_auc: float
    macro_roc_auc_interval: Interval
    macro_average_precision: float
    macro_average_precision_interval: Interval
    calibration_error: float
    calibration_error_soft: float | None
    per_tag: list[TagFigures]
    per_kind: dict[str, Figures] = field(default_factory=dict)
    instruments: dict[str, float] = field(default_factory=dict)
    robustness: dict[str, Figures] = field(default_factory=dict)
    unit: str = "clip"
    groups: int = 0

    def as_dict(self) -> dict[str, Any]:
        """All fields as nested dictionaries, for JSON."""
        return asdict(self)


def make_report(
    model: str, split: Split, predictions: Predictions, *, resamples: int = RESAMPLES
) -> Report:
    """The report on `predictions` for `split`, whose columns are the split's tags."""
    minimum = minimum_positives(split)
    ranking = rank(split.hard, predictions.clips, split.tags, minimum=minimum, known=split.known)
    together = clusters(split)
    areas, precisions = bootstrap(
        split.hard,
        predictions.clips,
        minimum=minimum,
        resamples=resamples,
        known=split.known,
        clusters=together,
    )
    labels, scores = known_only(split.hard, predictions.clips, split.known)
    return Report(
        model=model,
        split=split.name,
        protocol=split.protocol,
        minimum=minimum,
        clips=len(split),
        tags=len(ranking.per_tag),
        unreadable=split.unreadable,
        macro_roc_auc=ranking.macro_roc_auc,
        macro_roc_auc_interval=areas,
        macro_average_precision=ranking.macro_average_precision,
        macro_average_precision_interval=precisions,
        calibration_error=calibration_error(labels.astype(np.float32), scores),
        calibration_error_soft=_against_soft(split, predictions),
        per_tag=ranking.per_tag,
        per_kind=_per_kind(split, predictions.clips, minimum),
        instruments=_instruments(split, predictions.clips),
        unit=together.unit,
        groups=together.count,
    )


def figures(split: Split, scores: Scores, minimum: int) -> Figures:
    """The macro figures of `scores` `(clips, tags)` on `split`."""
    return _figures(split, scores, np.arange(len(split)), minimum)


def bootstrap(
    labels: Labels,
    scores: Scores,
    *,
    minimum: int,
    resamples: int,
    seed: int = 0,
    known: Known | None = None,
    clusters: Clusters | None = None,
) -> tuple[Interval, Interval]:
    """95 % intervals of macro ROC-AUC and macro average precision, resampling whole `clusters`.

    None: each clip stands for itself. Raises ValueError when no tag can be ranked, in the whole or
    in any resample.

    The tags that count are those of the whole split; one that a resample leaves without a
    positive or a negative clip is left out of that resample's mean, and so is a resample in which
    none can be ranked.
    """
    columns = rankable(labels, minimum, known)
    weights = draw(len(labels), clusters.group if clusters else None, resamples, seed)
    areas, precisions = means(statistics(labels, scores, columns, weights, known))
    return interval(areas[1:]), interval(precisions[1:])


def reorder_columns(predictions: Predictions, labels: list[str], tags: list[str]) -> Predictions:
    """`predictions`, whose columns are a model's `labels`, with the columns of a data set's `tags`.

    Raises ValueError when the model does not know one of the tags.
    """
    unknown = sorted(set(tags) - set(labels))
    if unknown:
        raise ValueError(f"The model does not know the tag {unknown[0]!r} of the data set.")
    columns = [labels.index(tag) for tag in tags]
    return Predictions(
        predictions.segments[:, columns], predictions.clip, predictions.clips[:, columns]
    )


def _figures(split: Split, scores: Scores, rows: npt.NDArray[np.intp], minimum: int) -> Figures:
    known = None if split.known is None else split.known[rows]
    ranking = rank(split.hard[rows], scores[rows], split.tags, minimum=minimum, known=known)
    return Figures(
        len(rows), len(ranking.per_tag), ranking.macro_roc_auc, ranking.macro_average_precision
    )


def _against_soft(split: Split, predictions: Predictions) -> float | None:
    if split.soft is None:
        return None
    return calibration_error(split.soft.astype(np.float32).mean(1), predictions.clips)


def _per_kind(split: Split, scores: Scores, minimum: int) -> dict[str, Figures]:
    kinds = np.array(split.kinds)
    parts = {kind: np.flatnonzero(kinds == kind) for kind in sorted(set(split.kinds) - {""})}
    return {
        kind: _figures(split, scores, rows, minimum)
        for kind, rows in parts.items()
        if len(
            rankable(split.hard[rows], minimum, None if split.known is None else split.known[rows])
        )
    }


def _instruments(split: Split, scores: Scores) -> dict[str, float]:
    """Each instrument's ROC-AUC against the clips of the others: the one truth that is known."""
    played = np.array(split.instruments)
    known = played != ""
    areas = {}
    for name in sorted(set(played[known]) & set(split.tags)):
        is_it: npt.NDArray[np.bool_] = played[known] == name
        if not is_it.all():
            column = split.tags.index(name)
            areas[name] = float(roc_auc_score(is_it, scores[known, column]))
    return areas
