"""From which score on a tag counts as present, chosen on the validation split.

Each tag's threshold is the one with the best F1, drawn towards the best common threshold the
fewer positives the tag has: five validation clips say little about a tag.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from .metrics import Known, Labels, Scores, check_arrays, known_only

# A threshold of 0 would show a tag on everything, one near 1 on nothing; steps of a hundredth are
# finer than a few hundred validation clips can tell apart.
GRID = np.round(np.arange(0.02, 0.96, 0.01), 2)
# Positives at which a tag's own threshold and the common one weigh the same.
PRIOR_POSITIVES = 8.0


def choose_thresholds(
    labels: Labels,
    scores: Scores,
    tags: list[str],
    known: Known | None = None,
    *,
    fixed_thresholds: Mapping[str, float] | None = None,
) -> dict[str, float]:
    """A threshold in [0, 1] for every tag; `labels`, `scores`, `known` are `(clips, tags)`.

    Tags that have a threshold in `fixed_thresholds` keep it. Raises ValueError for scores that are
    not finite, arrays that do not match, and no clips.
    """
    check_arrays(labels, scores, tags, known)
    everything = np.ones(labels.shape, dtype=bool) if known is None else known
    common = _best(_f1(*known_only(labels, scores, everything)))
    chosen = dict(fixed_thresholds or {})
    for k, tag in enumerate(tags):
        if tag in chosen:
            continue
        tag_labels, tag_scores = known_only(labels[:, k], scores[:, k], everything[:, k])
        positives = int(tag_labels.sum())
        own = _best(_f1(tag_labels, tag_scores)) if positives else common
        weight = positives / (positives + PRIOR_POSITIVES)
        chosen[tag] = round(float(weight * own + (1 - weight) * common), 3)
    return chosen


def _f1(labels: npt.NDArray[np.uint8], scores: Scores) -> npt.NDArray[np.float64]:
    present = scores[:, None] >= GRID[None]
    hits = (present & (labels[:, None] == 1)).sum(0)
    return np.asarray(2 * hits / np.maximum(present.sum(0) + labels.sum(), 1), dtype=np.float64)


def _best(f1: npt.NDArray[np.float64]) -> float:
    """The middle of the thresholds that do best: ties are common with few clips."""
    return float(np.median(GRID[f1 >= f1.max() - 1e-12]))
