"""Two models on the same clips: their differences, with intervals by bootstrap over clips.

Each resample of the clips is drawn once and ranks both models, so that what makes a clip hard for
both does not count as a difference. This narrows the intervals to what the clips can really show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .metrics import Known, Labels, Scores, check_arrays, rankable

# A difference near zero is decided by the interval's end: 25 resamples lie beyond it.
RESAMPLES = 1000
# So many resamples are ranked at a time: a hundred of 5,000 clips take a few megabytes.
_CHUNK = 100
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PairedFigure:
    """A figure of both on the same clips; `interval` is the 95 % one of first less second."""

    first: float
    second: float
    difference: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class PairedTag:
    """One tag: positive clips, and both figures of both models."""

    tag: str
    positives: int
    roc_auc: PairedFigure
    average_precision: PairedFigure


@dataclass(frozen=True)
class PairedComparison:
    """Macro figures are means over the tags of `per_tag`: those that count for both."""

    clips: int
    resamples: int
    macro_roc_auc: PairedFigure
    macro_average_precision: PairedFigure
    per_tag: list[PairedTag]

    def as_dict(self) -> dict[str, Any]:
        """All fields as nested dictionaries, for JSON."""
        return asdict(self)


def compare_paired(
    labels: Labels,
    first: Scores,
    second: Scores,
    tags: list[str],
    *,
    minimum: int = 1,
    known: Known | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    should_stop: Callable[[], bool] = lambda: False,
) -> PairedComparison | None:
    """Compare `first` with `second`, both `(clips, tags)`; None where no tag can be ranked.

    Raises ValueError for scores that are not finite, arrays that do not match, or no resample.
    A tag counts as in `ml.evaluation.metrics.rank`. Where a resample leaves it without a
    positive or a negative clip, that resample says nothing of it. Raises InterruptedError when
    `should_stop` returns True.
    """
    for scores in (first, second):
        check_arrays(labels, scores, tags, known)
    columns = rankable(labels, minimum, known)
    if not len(columns):
        return None
    given = np.ones(labels.shape, dtype=bool) if known is None else known
    # (models, figures, 1 + resamples, tags): the first row is of the clips as they are.
    statistics = np.full((2, 2, 1 + resamples, len(columns)), np.nan)
    weights = _resamples(len(labels), resamples, seed)
    for place, k in enumerate(columns):
        if should_stop():
            raise InterruptedError("The comparison was stopped.")
        rows = given[:, k]
        for model, scores in enumerate((first, second)):
            statistics[model, :, :, place] = _figures(
                labels[rows, k], scores[rows, k], weights[:, rows]
            )
    per_tag = [
        PairedTag(tags[k], int((labels[:, k] * given[:, k]).sum()), *_both(statistics[..., place]))
        for place, k in enumerate(columns)
    ]
    return PairedComparison(len(labels), resamples, *_both(_means(statistics)), per_tag)


def _resamples(clips: int, resamples: int, seed: int) -> npt.NDArray[np.uint16]:
    """How often each clip is drawn, `(1 + resamples, clips)`; the first row draws each once."""
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(clips, np.full(clips, 1 / clips), size=resamples)
    return np.concatenate([np.ones((1, clips)), drawn]).astype(np.uint16)


def _figures(
    labels: npt.NDArray[np.uint8], scores: Scores, weights: npt.NDArray[np.uint16]
) -> npt.NDArray[np.float64]:
    """ROC-AUC and average precision for each row of weights, `(2, rows)`."""
    order = np.argsort(-scores, kind="stable")
    # Clips with the same score stand in one group: a ranking cannot separate them.
    starts = np.flatnonzero(np.r_[True, np.diff(-scores[order]) != 0])
    is_positive = labels[order] == 1
    parts = [
        _ranked(chunk[:, order].astype(np.float64), is_positive, starts)
        for chunk in np.array_split(weights, max(1, len(weights) // _CHUNK))
    ]
    return np.concatenate(parts, axis=1)


def _ranked(
    weights: Weights, is_positive: npt.NDArray[np.bool_], starts: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    """From the highest score down: areas under the ROC curve and precision at each positive."""
    positives = np.add.reduceat(weights * is_positive, starts, axis=1)
    negatives = np.add.reduceat(weights * ~is_positive, starts, axis=1)
    hits, misses = positives.cumsum(1), negatives.cumsum(1)
    all_hits, all_misses = hits[:, -1], misses[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        below = all_misses[:, None] - misses + negatives / 2
        area = (positives * below).sum(1) / (all_hits * all_misses)
        precision = np.nan_to_num(hits / (hits + misses))
        average = (positives * precision).sum(1) / all_hits
    average[all_misses == 0] = np.nan
    return np.stack([area, average])


def _means(statistics: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Macro means over the tags that a resample can rank, `(models, figures, rows)`."""
    ranked = np.isfinite(statistics)
    total = np.where(ranked, statistics, 0).sum(-1)
    means = np.full(total.shape, np.nan)
    np.divide(total, ranked.sum(-1), out=means, where=ranked.any(-1))
    return means


def _both(statistics: npt.NDArray[np.float64]) -> tuple[PairedFigure, PairedFigure]:
    """`(models, figures, rows)` → ROC-AUC, average precision."""
    return _figure(statistics[:, 0]), _figure(statistics[:, 1])


def _figure(statistics: npt.NDArray[np.float64]) -> PairedFigure:
    first, second = float(statistics[0, 0]), float(statistics[1, 0])
    apart = (statistics[0] - statistics[1])[1:]
    ranked = apart[np.isfinite(apart)]
    if not len(ranked):
        raise ValueError(f"In none of {len(apart)} resamples of the clips can a tag be ranked.")
    low, high = np.percentile(ranked, (2.5, 97.5))
    return PairedFigure(first, second, first - second, (float(low), float(high)))
