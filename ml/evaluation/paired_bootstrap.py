"""Two models on the same clips: their differences, with intervals by cluster bootstrap.

Each resample is drawn once and ranks both models, so that what makes a clip hard for both does not
count as a difference; and it is one of tracks or sources (ml.data.clusters), so that clips that are
alike do not count as so many proofs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.data.clusters import Clusters

from .metrics import Known, Labels, Scores, check_arrays, rankable
from .resamples import draw, interval, means, statistics

# A difference near zero is decided by the interval's end: 25 resamples lie beyond it.
RESAMPLES = 1000


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
    """Macro figures are means over the tags of `per_tag`: those that count for both.

    What was resampled are `groups` of the `unit`: "source", "track" or "clip".
    """

    clips: int
    unit: str
    groups: int
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
    clusters: Clusters | None = None,
    resamples: int = RESAMPLES,
    seed: int = 0,
    should_stop: Callable[[], bool] = lambda: False,
) -> PairedComparison | None:
    """Compare `first` with `second`, both `(clips, tags)`; None where no tag can be ranked.

    Raises ValueError for scores that are not finite, arrays that do not match, or no resample.
    A tag counts as in `ml.evaluation.metrics.rank`. Where a resample leaves it without a
    positive or a negative clip, that resample says nothing of it. `clusters` says which clips
    belong together; None: each stands for itself. Raises InterruptedError when
    `should_stop` returns True.
    """
    for scores in (first, second):
        check_arrays(labels, scores, tags, known)
    columns = rankable(labels, minimum, known)
    if not len(columns):
        return None
    weights = draw(len(labels), clusters.group if clusters else None, resamples, seed)
    # (models, figures, 1 + resamples, tags): the first row is of the clips as they are.
    found = np.empty((2, 2, len(weights), len(columns)))
    for place, k in enumerate(columns):
        if should_stop():
            raise InterruptedError("The comparison was stopped.")
        for model, scores in enumerate((first, second)):
            found[model, ..., place : place + 1] = statistics(
                labels, scores, np.array([k]), weights, known
            )
    given = np.ones(labels.shape, dtype=bool) if known is None else known
    per_tag = [
        PairedTag(tags[k], int((labels[:, k] * given[:, k]).sum()), *_both(found[..., place]))
        for place, k in enumerate(columns)
    ]
    unit, groups = (clusters.unit, clusters.count) if clusters else ("clip", len(labels))
    return PairedComparison(len(labels), unit, groups, resamples, *_both(means(found)), per_tag)


def _both(found: npt.NDArray[np.float64]) -> tuple[PairedFigure, PairedFigure]:
    """`(models, figures, rows)` → ROC-AUC, average precision."""
    return _figure(found[:, 0]), _figure(found[:, 1])


def _figure(found: npt.NDArray[np.float64]) -> PairedFigure:
    first, second = float(found[0, 0]), float(found[1, 0])
    return PairedFigure(first, second, first - second, interval((found[0] - found[1])[1:]))
