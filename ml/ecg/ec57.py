"""Counting what was called right, as ANSI/AAMI EC57 has it.

Two questions are asked of the same beats: ventricular ectopic or not (VEB), supraventricular
ectopic or not (SVEB). A fusion or unclassifiable beat called V, and an unclassifiable one called S,
is neither right nor wrong. Gross figures pool all beats; average ones are the mean over records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ml.ecg.aami import ABNORMAL, CLASSES, F, N, Q, S, V

Ectopy = Literal["VEB", "SVEB"]
# Rows what a beat is, columns what it was called; `(classes, classes)`.
Matrix = npt.NDArray[np.int64]
Positions = npt.NDArray[np.int64]
# Seconds within which two annotations mean the same beat.
MATCH_SECONDS = 0.15
_CALLED: dict[Ectopy, int] = {"VEB": V, "SVEB": S}
_FORGIVEN: dict[Ectopy, tuple[int, ...]] = {"VEB": (F, Q), "SVEB": (Q,)}


@dataclass(frozen=True)
class AbnormalFigures:
    """How well abnormal beats (S, V or F) are told from normal ones, each a share in [0, 1]."""

    recall: float
    specificity: float
    precision: float
    f1: float


def abnormal_figures(matrix: Matrix) -> AbnormalFigures:
    """The four figures of one matrix; unclassifiable beats are left out."""
    abnormal, called = list(ABNORMAL), [k for k in range(len(CLASSES)) if k != N]
    found = int(matrix[np.ix_(abnormal, called)].sum())
    missed, false = int(matrix[abnormal, N].sum()), int(matrix[N, called].sum())
    recall, precision = _share(found, found + missed), _share(found, found + false)
    return AbnormalFigures(
        recall=recall,
        specificity=_share(int(matrix[N, N]), int(matrix[N].sum())),
        precision=precision,
        f1=_share(2 * found, 2 * found + missed + false),
    )


@dataclass(frozen=True)
class Figures:
    """Each a share in [0, 1], NaN where nothing is there to be judged."""

    accuracy: float
    sensitivity: float
    specificity: float
    predictivity: float


def confusion(actual: npt.NDArray[np.int64], called: npt.NDArray[np.int64]) -> Matrix:
    """The matrix of beats whose classes are `actual` and that were `called` so, both `(beats,)`."""
    matrix = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    np.add.at(matrix, (actual, called), 1)
    return matrix


def figures(matrix: Matrix, ectopy: Ectopy) -> Figures:
    """The four figures of one matrix."""
    called = _CALLED[ectopy]
    right = int(matrix[called, called])
    missed = int(matrix[called].sum()) - right
    others = [k for k in (N, S, V, F, Q) if k != called]
    false = sum(int(matrix[k, called]) for k in others if k not in _FORGIVEN[ectopy])
    spared = sum(int(matrix[k].sum() - matrix[k, called]) for k in others)
    return Figures(
        accuracy=_share(right + spared, right + spared + missed + false),
        sensitivity=_share(right, right + missed),
        specificity=_share(spared, spared + false),
        predictivity=_share(right, right + false),
    )


def average(matrices: Sequence[Matrix], ectopy: Ectopy) -> Figures:
    """Each figure's mean over the records for which it is defined."""
    rows = [figures(matrix, ectopy) for matrix in matrices]
    return Figures(
        accuracy=_mean([row.accuracy for row in rows]),
        sensitivity=_mean([row.sensitivity for row in rows]),
        specificity=_mean([row.specificity for row in rows]),
        predictivity=_mean([row.predictivity for row in rows]),
    )


def possible(row: Figures) -> bool:
    """Whether an accuracy lies between sensitivity and specificity, as it must for one matrix."""
    low, high = sorted((row.sensitivity, row.specificity))
    return low <= row.accuracy <= high


def matched(reference: Positions, found: Positions, rate: float) -> tuple[Positions, Positions]:
    """Indices into `reference` and `found` of beats within MATCH_SECONDS, nearest pairs first.

    Both hold samples at `rate` Hz, rising; no beat is in two pairs.
    """
    reach = int(MATCH_SECONDS * rate)
    pairs = [
        (abs(int(found[k]) - int(at)), i, k)
        for i, at in enumerate(reference)
        for k in range(*np.searchsorted(found, (at - reach, at + reach + 1)))
    ]
    mine: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, k in sorted(pairs):
        if i not in mine and k not in taken:
            mine[i] = k
            taken.add(k)
    kept = sorted(mine)
    return np.array(kept, np.int64), np.array([mine[i] for i in kept], np.int64)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _mean(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")
