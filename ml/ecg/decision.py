"""From scores to what a beat is called."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ml.ecg.aami import ABNORMAL, CLASSES, N, S
from ml.ecg.beats import Array, View

# By view: a beat is abnormal from this score on where no abnormal beat of the person was there to
# learn from. Of a dozen the one of the highest F1: for the papers' views on the second half of the
# five minutes of learning, with networks that were taught the first half alone. Half as many normal
# beats make more false alarms than all of them and ask for too much (of `complex` 0.8), so the
# people of DS1 chose for `complex`; those of DS2 would have chosen the same.
WARN_FROM = {"pair": 0.2, "pair-rr": 0.2, "complex": 0.6}
# How far the five minutes are taken for what is to come: the power of their odds. Supraventricular
# beats often come later where none came in the five minutes. What a normal beat's score is worth
# against that of an ectopic one, since a missed beat matters more than a false one. Chosen on those
# ten of the 24 patients who are in DS1, in steps of 0.05 and 0.1: the highest mean F1 of VEB and
# SVEB at which none of their four sensitivities and predictivities is lower than without.
FORESIGHT, FORESIGHT_S, NORMAL = 0.3, 0.25, 0.6

# Scores `(beats, classes)` → classes `(beats,)` and the score of each being so `(beats,)`.
Decision = Callable[[Array], tuple[npt.NDArray[np.int64], Array]]


def likeliest(scores: Array) -> tuple[npt.NDArray[np.int64], Array]:
    """The class with the highest score, and that score."""
    return scores.argmax(1), scores.max(1)


def foreseeing(own: npt.NDArray[np.int64], common: npt.NDArray[np.int64]) -> Decision:
    """The likeliest class, given what the person's `own` five minutes let expect.

    `own` `(beats,)` and `common` `(beats,)` are the classes that were taught. The common beats were
    chosen to show every class, so the scores expect ectopic beats as often of a heart that has had
    none. Each score is multiplied by the share of its class in `own`, one beat of each class more,
    over that in all that was taught, against the same of N, to the power of FORESIGHT (Saerens,
    Latinne, Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities",
    Neural Computation 14(1), 2002, equation 2.4, where the power is 1); that of N by NORMAL.
    """
    mine = np.bincount(own, minlength=len(CLASSES))
    taught = mine + np.bincount(common, minlength=len(CLASSES))
    expected, shown = (mine + 1) / (mine + 1).sum(), np.maximum(taught, 1) / taught.sum()
    powers = np.full(len(CLASSES), FORESIGHT)
    powers[S] = FORESIGHT_S
    odds = (expected / shown) / (expected / shown)[N]
    weights = (odds**powers).astype(np.float32)
    weights[N] = NORMAL

    def decide(scores: Array) -> tuple[npt.NDArray[np.int64], Array]:
        weighed = scores * weights
        return likeliest(weighed / weighed.sum(1, keepdims=True))

    return decide


def warning(view: View) -> Decision:
    """The likeliest abnormal class where a beat is abnormal enough; its score of being so."""

    def decide(scores: Array) -> tuple[npt.NDArray[np.int64], Array]:
        abnormal = 1 - scores[:, N]
        names = np.array(ABNORMAL)[scores[:, ABNORMAL].argmax(1)]
        enough = abnormal >= WARN_FROM[view.name]
        return np.where(enough, names, N), np.where(enough, abnormal, scores[:, N])

    return decide
