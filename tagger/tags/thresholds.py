"""The rule by which scores become tags; effective tags, comparisons and pages all use it.

A label is given where its score is at or above its threshold. Of labels that are shown as one tag
(synonyms), one that is given gives the tag, and the best score is the tag's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ShownScores:
    """By the id of the shown tag: the best score of its synonyms; and which tags are given."""

    scores: dict[int, float]
    given: set[int]


def given(scores: Iterable[float], thresholds: Iterable[float]) -> list[bool]:
    """Of each label, in the order of both. Raises ValueError where they are not equally many."""
    pairs = zip(scores, thresholds, strict=True)
    return [score >= threshold for score, threshold in pairs]


def merged(
    shown: Sequence[int], scores: Sequence[float], thresholds: Iterable[float]
) -> ShownScores:
    """`shown` holds, of each label, the id of the tag it is shown as."""
    best: dict[int, float] = {}
    for tag, score in zip(shown, scores, strict=True):
        best[tag] = max(best.get(tag, 0.0), score)
    passed = given(scores, thresholds)
    return ShownScores(best, {tag for tag, is_given in zip(shown, passed, strict=True) if is_given})


def best_score(scores: Iterable[float | None]) -> float | None:
    """Of synonyms; None where no model has scored any of them."""
    return max((score for score in scores if score is not None), default=None)
