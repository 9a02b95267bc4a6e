"""From scores to what a beat is called."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ml.ecg.aami import ABNORMAL, N
from ml.ecg.beats import Array, View

# By view: a beat is abnormal from this score on where no abnormal beat of the person was there to
# learn from. Of a dozen the one of the highest F1 on the second half of the five minutes of
# learning, with networks that were taught the first half alone: no beat of the test had a say.
WARN_FROM = {"pair": 0.2, "pair-rr": 0.2, "complex": 0.8}

# Scores `(beats, classes)` → classes `(beats,)` and the score of each being so `(beats,)`.
Decision = Callable[[Array], tuple[npt.NDArray[np.int64], Array]]


def likeliest(scores: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """The class with the highest score, and that score."""
    return scores.argmax(1), scores.max(1)


def warning(view: View) -> Decision:
    """The likeliest abnormal class where a beat is abnormal enough; its score of being so."""

    def decide(scores: Array) -> tuple[npt.NDArray[np.int64], Array]:
        abnormal = 1 - scores[:, N]
        names = np.array(ABNORMAL)[scores[:, ABNORMAL].argmax(1)]
        enough = abnormal >= WARN_FROM[view.name]
        return np.where(enough, names, N), np.where(enough, abnormal, scores[:, N])

    return decide
