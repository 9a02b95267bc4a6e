"""Figures of merit as pure functions of `(clips, tags)` arrays.

A tag counts where it has at least `minimum` positives and at least one negative: ranking is
undefined without either, and means nothing for a handful. `known` `(clips, tags)` says which labels
anybody has given; the others are left out. None: all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import average_precision_score, roc_auc_score

from ml.data.magnatagatune.split import Split

Scores = npt.NDArray[np.floating]
Labels = npt.NDArray[np.uint8]
Known = npt.NDArray[np.bool_]
# As in Guo et al., 2017, with whose figures ours can then be compared.
CALIBRATION_BINS = 15
# Ranking a tag with fewer positives is chance.
MINIMUM_POSITIVES = 5


@dataclass(frozen=True)
class TagFigures:
    """One tag: number of positive clips, area under the ROC curve, average precision."""

    tag: str
    positives: int
    roc_auc: float
    average_precision: float


@dataclass(frozen=True)
class Ranking:
    """Macro means over the tags that count, and each of them."""

    macro_roc_auc: float
    macro_average_precision: float
    per_tag: list[TagFigures]


def check_arrays(
    labels: Labels, scores: Scores, tags: list[str], known: Known | None = None
) -> None:
    """Raise ValueError unless all are `(clips, tags)`, labels are 0 or 1 and scores finite."""
    if labels.shape != scores.shape or labels.ndim != 2:
        raise ValueError(f"Labels {labels.shape} and scores {scores.shape} do not match.")
    if known is not None and known.shape != labels.shape:
        raise ValueError(f"Labels {labels.shape} and what is known {known.shape} do not match.")
    if not len(labels):
        raise ValueError("There are no clips to evaluate on.")
    if not np.isfinite(scores).all():
        raise ValueError("The scores hold NaN or infinity.")
    if not np.isin(labels, (0, 1)).all():
        raise ValueError("Labels must be 0 or 1.")
    if len(tags) != labels.shape[1]:
        raise ValueError(f"There are {len(tags)} names for {labels.shape[1]} columns of labels.")


def rankable(labels: Labels, minimum: int = 1, known: Known | None = None) -> npt.NDArray[np.intp]:
    """Columns `(tags that count,)` with at least `minimum` positives and at least one negative."""
    mask = np.ones(labels.shape, dtype=bool) if known is None else known
    positives = (labels * mask).sum(0, dtype=np.int64)
    return np.flatnonzero((positives >= max(minimum, 1)) & (positives < mask.sum(0)))


def rank(
    labels: Labels,
    scores: Scores,
    tags: list[str],
    *,
    minimum: int = 1,
    known: Known | None = None,
) -> Ranking:
    """Macro and per-tag ROC-AUC and average precision.

    Raises ValueError when no tag counts, or the arrays are not what they should be.
    """
    check_arrays(labels, scores, tags, known)
    columns = rankable(labels, minimum, known)
    if not len(columns):
        raise ValueError(f"No tag has at least {minimum} positive clips and a negative one.")
    everything = np.ones(labels.shape, dtype=bool) if known is None else known
    figures = [
        _figures(tags[k], *known_only(labels[:, k], scores[:, k], everything[:, k]))
        for k in columns
    ]
    return Ranking(
        float(np.mean([figure.roc_auc for figure in figures])),
        float(np.mean([figure.average_precision for figure in figures])),
        figures,
    )


def known_only(
    labels: Labels, scores: Scores, known: Known | None
) -> tuple[npt.NDArray[np.uint8], Scores]:
    """The labels that are known, and their scores; both flat where `known` is given."""
    return (labels, scores) if known is None else (labels[known], scores[known])


def _figures(tag: str, labels: Labels, scores: Scores) -> TagFigures:
    return TagFigures(
        tag,
        int(labels.sum()),
        float(roc_auc_score(labels, scores)),
        float(average_precision_score(labels, scores)),
    )


def calibration_error(targets: Scores, scores: Scores, *, bins: int = CALIBRATION_BINS) -> float:
    """Expected calibration error (Guo et al., 2017) over all clips and tags.

    `targets` in [0, 1], hard or soft. Scores are put into equal-width bins; the mean distance of
    a bin's mean score from its mean target, weighted by its share of the scores. Raises ValueError
    where there are none, or one is not from 0 to 1.
    """
    flat, wanted = np.ravel(scores).astype(np.float64), np.ravel(targets).astype(np.float64)
    if flat.shape != wanted.shape or not len(flat):
        raise ValueError(f"{len(wanted)} targets and {len(flat)} scores give no calibration error.")
    # NaN is refused as well, as it compares with nothing. A mean of ones may round to a bit more.
    if not all(((each >= -1e-6) & (each <= 1 + 1e-6)).all() for each in (flat, wanted)):
        raise ValueError("Scores and targets must be probabilities, from 0 to 1.")
    index = np.minimum((flat * bins).astype(int), bins - 1)
    gaps = np.bincount(index, flat - wanted, minlength=bins)
    return float(np.abs(gaps).sum() / len(flat))


def minimum_positives(split: Split) -> int:
    """MINIMUM_POSITIVES; 1 on a split too small for that, or of which only a part is labelled."""
    enough = rankable(split.hard, MINIMUM_POSITIVES)
    return MINIMUM_POSITIVES if split.known is None and len(enough) else 1
