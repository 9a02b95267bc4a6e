"""What a score means: the share of validation clips with such a score that have the tag.

One curve a tag, after Platt ("Probabilistic outputs for support vector machines", 1999): the
probability is logistic in how far the score's log-odds are above those of the tag's threshold. A
few positives do not show a curve, so each tag's is drawn towards the one of all tags together, and
a tag with fewer than MINIMUM_POSITIVES has that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.config.calibration import MINIMUM_POSITIVES, WORDS, Curve, curves, margin, strength

from .metrics import Known, Labels, Scores, check_arrays

# How many clips' worth of evidence the curve of all tags is, against a tag's own.
PRIOR = 8.0
_STEPS = 50

Floats = npt.NDArray[np.float64]


def calibrate(
    labels: Labels,
    scores: Scores,
    tags: list[str],
    thresholds: Mapping[str, float],
    known: Known | None = None,
) -> dict[str, Any]:
    """What `ModelCard.calibration` holds, from `labels`, `scores`, `known` `(clips, tags)`.

    Tags whose threshold no score reaches have no curve. Empty where no tag has enough positives.
    Raises ValueError for scores that are not finite and arrays that do not match.
    """
    check_arrays(labels, scores, tags, known)
    everything = np.ones(labels.shape, dtype=bool) if known is None else known
    points = {
        tag: (
            margin(scores[everything[:, k], k].astype(np.float64), thresholds[tag]),
            labels[everything[:, k], k].astype(np.float64),
        )
        for k, tag in enumerate(tags)
        if thresholds.get(tag, 1.0) < 1
    }
    enough = {tag for tag, (_, marks) in points.items() if _ranked(marks)}
    if not enough:
        return {}
    margins, marks = (np.concatenate(part) for part in zip(*points.values(), strict=True))
    pooled = _fit(margins, marks)
    own = {tag: _fit(*points[tag], prior=pooled) for tag in sorted(enough)}
    return {
        "minimum_positives": MINIMUM_POSITIVES,
        "clips": len(labels),
        "pooled": list(pooled),
        "tags": {tag: list(curve) for tag, curve in own.items() if curve.slope > 0},
    }


def words_kept(
    labels: Labels,
    scores: Scores,
    tags: list[str],
    thresholds: Mapping[str, float],
    calibration: Mapping[str, Any],
) -> dict[str, tuple[int, float]]:
    """Of the tags that are given, by the word that is said of them: how many, what share is right.

    On clips other than those of `calibrate`, this is what the words are worth.
    """
    of_tags, pooled = curves(calibration)
    right: dict[str, list[int]] = {word: [] for _, word in WORDS}
    for k, tag in enumerate(tags):
        curve, threshold = of_tags.get(tag, pooled), thresholds.get(tag, 1.0)
        if curve is None or threshold >= 1:
            continue
        for row in np.flatnonzero(scores[:, k] >= threshold):
            word = strength(curve.at(float(scores[row, k]), threshold))
            right[word].append(int(labels[row, k]))
    return {word: (len(of), float(np.mean(of)) if of else 0.0) for word, of in right.items()}


def _ranked(marks: Floats) -> bool:
    return bool(MINIMUM_POSITIVES <= marks.sum() < len(marks))


def _fit(at: Floats, marks: Floats, prior: Curve | None = None) -> Curve:
    """The likeliest curve, by Newton's method; with a prior, of a normal distribution around it."""
    centre = np.array([1.0, 0.0]) if prior is None else np.array([prior.slope, prior.intercept])
    strength = 1e-3 if prior is None else PRIOR / 4  # a clip's information is a quarter at most
    design = np.stack([at, np.ones_like(at)], axis=1)
    weights = centre.copy()
    for _ in range(_STEPS):
        said = 1 / (1 + np.exp(-(design @ weights)))
        slope = design.T @ (marks - said) - strength * (weights - centre)
        bend = (design * (said * (1 - said))[:, None]).T @ design + strength * np.eye(2)
        step = np.linalg.solve(bend, slope)
        weights += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-6:
            break
    return Curve(round(float(weights[0]), 4), round(float(weights[1]), 4))
