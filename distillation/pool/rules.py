"""What is known of a clip: bounds of its scores, tag by tag, in both vocabularies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from distillation.networks import MILLION_SONG_TAGS
from ml.config.labels import LABEL_NAMES

# In rules a tag of the second vocabulary has this in front: both have a rock and a pop.
SECOND = "msd:"
KEYS = (*LABEL_NAMES, *(SECOND + tag for tag in MILLION_SONG_TAGS))
EVERY = "*"

# The lowest and the highest score a tag may have; None: nobody knows, there is no label.
Bounds = tuple[float, float] | None
Rules = dict[str, Bounds]
LOW: Bounds = (0.0, 0.05)
# Where nothing is, but for what replaces this.
NOTHING: Rules = {EVERY: LOW}


class Limits(NamedTuple):
    """Rules as arrays `(100,)` in the order of KEYS."""

    lowest: npt.NDArray[np.float32]
    highest: npt.NDArray[np.float32]
    known: npt.NDArray[np.bool_]


def limits(rules: Mapping[str, Sequence[float] | None]) -> Limits:
    """The rule for every tag comes first, whatever the order; those for one tag replace it.

    Raises ValueError for a tag that neither vocabulary has.
    """
    lowest, highest = np.zeros(len(KEYS), np.float32), np.ones(len(KEYS), np.float32)
    known = np.ones(len(KEYS), bool)
    if strange := set(rules) - {EVERY, *KEYS}:
        raise ValueError(f"Neither vocabulary has {', '.join(sorted(strange))}.")
    for key, bounds in sorted(rules.items(), key=lambda rule: rule[0] != EVERY):
        columns = slice(None) if key == EVERY else slice(KEYS.index(key), KEYS.index(key) + 1)
        known[columns] = bounds is not None
        lowest[columns], highest[columns] = bounds or (0.0, 1.0)
    return Limits(lowest, highest, known)


def at_least(scores: Mapping[str, float]) -> Rules:
    """Each tag at least so high."""
    return {tag: (lowest, 1.0) for tag, lowest in scores.items()}


def low(tags: Iterable[str]) -> Rules:
    return dict.fromkeys(tags, LOW)


def unknown(tags: Iterable[str]) -> Rules:
    return dict.fromkeys(tags)
