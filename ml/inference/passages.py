"""Passages: stretches of a track on which a label is sure, whatever it is in the rest.

A mix of an hour has no tag by its mean scores, though it is techno for a quarter of them. So the
scores over time are smoothed, and where they stay clearly above a label's threshold for long
enough, the label holds there. In a short track nothing can: there the mean says all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .result import Array

# Chosen on hours mixed from the stand-in's validation clips (docs/model-card.md). A single segment
# errs more often than a clip of half a minute; the mean of some seconds around it does not.
SMOOTHED_SECONDS = 16.0
# Long enough to be worth its name, and longer than a break or a passing noise.
LEAST_SECONDS = 60.0
# By how much the odds must be above those of the threshold: a track has many places where a score
# may be high by chance, and only one mean. With this, what a passage says is right more of the
# time than what is said of a clip as a whole.
SURER = 1.2


class Passage(NamedTuple):
    """A label's place among the outputs; from when to when, in seconds; the mean score there."""

    label: int
    start: float
    end: float
    score: float


def passages(
    scores: Array, thresholds: Sequence[float], *, hop_seconds: float, segment_seconds: float
) -> list[Passage]:
    """The passages of `scores`, float `(segments, labels)`; by label, then by time.

    A label whose threshold no score can pass (1 or more) has none. Raises ValueError unless there
    is one threshold for each label.
    """
    labels = scores.shape[1]
    if len(thresholds) != labels:
        raise ValueError(f"There are {len(thresholds)} thresholds for {labels} labels.")
    sure = _smoothed(scores, hop_seconds) >= _raised(thresholds)
    return [
        Passage(label, begin, end, float(scores[rows, label].mean()))
        for label, rows in _runs(sure)
        if (end := (rows.stop - 1) * hop_seconds + segment_seconds)
        - (begin := rows.start * hop_seconds)
        >= LEAST_SECONDS
    ]


def _smoothed(scores: Array, hop_seconds: float) -> npt.NDArray[np.float64]:
    """The moving mean around each segment; at the ends of what there is."""
    width = max(1, round(SMOOTHED_SECONDS / hop_seconds))
    sums = np.cumsum(np.pad(scores.astype(np.float64), ((1, 0), (0, 0))), axis=0)
    at = np.arange(len(scores)) - width // 2
    first, end = np.maximum(at, 0), np.minimum(at + width, len(scores))
    return np.asarray((sums[end] - sums[first]) / (end - first)[:, None], dtype=np.float64)


def _raised(thresholds: Sequence[float]) -> npt.NDArray[np.float64]:
    at = np.asarray(thresholds, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = SURER * at / (1 - at)
        return np.where(at >= 1, np.inf, odds / (1 + odds))


def _runs(sure: npt.NDArray[np.bool_]) -> Iterator[tuple[int, slice]]:
    """Each label with the rows of a stretch in which it is sure throughout."""
    changes = np.diff(np.pad(sure.astype(np.int8), ((1, 1), (0, 0))), axis=0).T
    # In both, label by label and in the order of time: so the k-th end is that of the k-th begin.
    for (label, begin), (_, end) in zip(
        np.argwhere(changes == 1), np.argwhere(changes == -1), strict=True
    ):
        yield int(label), slice(int(begin), int(end))
