"""How a card's calibration is read: from a score to the share of such clips that have the tag.

See ml.evaluation.calibration for where it comes from. No torch, so a web process can use it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Strength = Literal["sure", "likely", "perhaps"]
# From which share on a word is used: eight of ten such tags are right, or one of two.
WORDS: tuple[tuple[float, Strength], ...] = ((0.8, "sure"), (0.5, "likely"), (0.0, "perhaps"))
# Fewer validation clips with a tag do not show a curve of its own.
MINIMUM_POSITIVES = 8
# Scores of 0 and 1 have no odds.
_EDGE = 1e-6
# A curve beyond these comes of no fit.
_LARGEST = 100.0


class Curve(NamedTuple):
    """The log-odds of being right are `slope` × (log-odds of the score - those of the threshold) +
    `intercept`."""

    slope: float
    intercept: float

    def at(self, score: float, threshold: float) -> float:
        """The share, in 0…1, of clips with this score that have the tag."""
        log_odds = self.slope * float(margin(score, threshold)) + self.intercept
        return 1 / (1 + math.exp(-min(max(log_odds, -50.0), 50.0)))


def strength(confidence: float) -> Strength:
    """The word for a share of right tags."""
    return next(word for least, word in WORDS if confidence >= least)


def margin(score: npt.ArrayLike, threshold: float) -> npt.NDArray[np.float64]:
    """How far log-odds are above those of the threshold."""
    ends = np.clip(np.asarray([threshold], dtype=np.float64), _EDGE, 1 - _EDGE)
    at = np.clip(np.asarray(score, dtype=np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(at / (1 - at)) - np.log(ends / (1 - ends))[0], dtype=np.float64)


def curves(calibration: Mapping[str, Any]) -> tuple[dict[str, Curve], Curve | None]:
    """Those of single tags, and the one for all others; none where the card has no calibration.

    Raises ValueError for what is no calibration.
    """
    if not calibration:
        return {}, None
    try:
        of_tags = {str(tag): _curve(values) for tag, values in calibration["tags"].items()}
        return of_tags, _curve(calibration["pooled"])
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("it is not in the form of one") from error


def _curve(values: Any) -> Curve:
    curve = Curve(*values)
    if not all(isinstance(value, int | float) and abs(value) <= _LARGEST for value in curve):
        raise ValueError("a curve has a number that comes of no fit")
    if curve.slope <= 0:
        raise ValueError("a curve does not rise")
    return curve
