"""Bootstrap resamples of clips, and macro figures of each, by weights instead of copies.

What is drawn are whole clusters of clips that belong together (Field and Welsh, "Bootstrapping
clustered data", JRSS B 69, 2007): a track's clips are all in a resample, or none is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .metrics import Known, Labels, Scores

# So many resamples are ranked at a time: a hundred of 5,000 clips take a few megabytes.
_CHUNK = 100
Weights = npt.NDArray[np.float64]
Group = npt.NDArray[np.intp]


def draw(clips: int, group: Group | None, resamples: int, seed: int) -> npt.NDArray[np.uint16]:
    """How often each clip is drawn, `(1 + resamples, clips)`; the first row draws each once.

    `group` `(clips,)` numbers the clusters from 0 on; None: each clip is one.
    """
    belongs = np.arange(clips) if group is None else group
    count = int(belongs.max()) + 1
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
    return np.concatenate([np.ones((1, clips)), drawn[:, belongs]]).astype(np.uint16)


def statistics(
    labels: Labels,
    scores: Scores,
    columns: npt.NDArray[np.intp],
    weights: npt.NDArray[np.uint16],
    known: Known | None,
) -> npt.NDArray[np.float64]:
    """ROC-AUC and average precision, `(2, rows of weights, columns)`, NaN where undefined."""
    given = np.ones(labels.shape, dtype=bool) if known is None else known
    found = np.full((2, len(weights), len(columns)), np.nan)
    for place, k in enumerate(columns):
        rows = given[:, k]
        found[:, :, place] = _figures(labels[rows, k], scores[rows, k], weights[:, rows])
    return found


def areas(
    answers: npt.NDArray[np.bool_], scores: Scores, weights: npt.NDArray[np.uint16]
) -> npt.NDArray[np.float64]:
    """ROC-AUC of one label for each row of `weights`, NaN where it is undefined."""
    found: npt.NDArray[np.float64] = _figures(answers.astype(np.uint8), scores, weights)[0]
    return found


def means(found: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Macro means over the tags that a resample can rank: the last axis goes."""
    ranked = np.isfinite(found)
    total = np.where(ranked, found, 0).sum(-1)
    averages = np.full(total.shape, np.nan)
    np.divide(total, ranked.sum(-1), out=averages, where=ranked.any(-1))
    return averages


def interval(figures: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % one of the resamples' figures. Raises ValueError where none can be ranked."""
    ranked = figures[np.isfinite(figures)]
    if not len(ranked):
        raise ValueError(f"In none of {len(figures)} resamples of the clips can a tag be ranked.")
    low, high = np.percentile(ranked, (2.5, 97.5))
    return float(low), float(high)


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
