"""A label that people have just invented: how common it is, and from which score on it is shown.

People judge what they meet, half of it yes. How much of the library has the label is read from the
scores of what nobody has judged: by expectation maximisation of the prior (Saerens, Latinne and
Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", Neural
Computation 14, 2002), from cross-validated scores that are calibrated first (Platt, 1999).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from .resamples import areas, draw, interval

# Fewer verdicts on the rarer side say nothing of how well a label is learnt: an interval of its
# ROC-AUC is then wider than half of what there is between chance and certainty.
LEAST_EVIDENCE = 8
# Tracks that nobody has judged: fewer do not tell what is common in a library.
LEAST_LIBRARY = 50
# No new label is shown on more of a library: what is so common is hardly worth a tag, and a guess
# that is wrong is then wrong everywhere.
MOST_SHOWN = 0.3
# Shown on so many times the tracks that have it, at most: a few more than there are, since finding
# all of them costs some that are not.
MOST_TIMES = 1.25
# Of tags where no library tells: MagnaTagATune's fifty are on 6 % of its clips on average; people
# invent tags that mean something to them.
USUAL_PRIOR = 0.1
# Where no library tells either: half of the F1 reached is the best threshold for it (Lipton,
# Elkan and Naryanaswamy, 2014), and 0.6 is what a tag that is learnt reaches.
USUAL_THRESHOLD = 0.3
_ROUNDS = 200
# Where verdicts speak against what an output says, it says next to nothing.
FLATTEST = 1e-3

Vector = npt.NDArray[np.floating]


@dataclass(frozen=True)
class NewLabel:
    """What is known of a label after its first training.

    `verdicts` are accepted and rejected clips; `roc_auc` is cross-validated over all of them, with
    its 95 % interval, None where they are too few to say (`has_evidence`). `prior` is the share of
    the library that has it, `shown` the share that is shown it at `threshold`; None without a
    library. The output's new logits are `slope` times the old ones plus `shift`.
    """

    accepted: int
    rejected: int
    roc_auc: float | None
    interval: tuple[float, float] | None
    prior: float | None
    shown: float | None
    threshold: float
    slope: float
    shift: float

    @property
    def has_evidence(self) -> bool:
        """Whether the verdicts are enough to say how well it is learnt."""
        return self.roc_auc is not None

    def as_dict(self) -> dict[str, Any]:
        """For a card."""
        return asdict(self)


def fit_to_library(
    logits: Vector,
    answers: npt.NDArray[np.bool_],
    library: Sequence[Vector] = (),
    *,
    seed: int = 0,
) -> NewLabel:
    """From cross-validated `logits` and `answers` `(clips,)`, and the logits `(segments,)` of each
    track of the library that nobody has judged.

    Raises ValueError unless both answers are there.
    """
    accepted, rejected = int(answers.sum()), int((~answers).sum())
    if not accepted or not rejected:
        raise ValueError("A label needs accepted and rejected clips.")
    slope, shift = _platt(logits, answers)
    prior = shown = None
    judged, threshold = accepted / len(answers), USUAL_THRESHOLD
    if len(library) >= LEAST_LIBRARY:
        means = np.array([track.mean() for track in library])
        prior = _prior(_logistic(slope * means + shift), judged)
        shift += _log_odds(prior) - _log_odds(judged)
        scores = np.array([_logistic(slope * track + shift).mean() for track in library])
        threshold, shown = _threshold(scores, _logistic(slope * means + shift), prior)
    else:
        shift += _log_odds(min(USUAL_PRIOR, judged)) - _log_odds(judged)
    area, interval = _area(logits, answers, seed)
    return NewLabel(
        accepted, rejected, area, interval, prior, shown, threshold, float(slope), float(shift)
    )


def _platt(logits: Vector, answers: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift that make probabilities of logits; one that would turn them over is flat."""
    scale = float(np.std(logits)) or 1.0
    fit = LogisticRegression(C=1.0).fit((logits / scale)[:, None], answers)
    slope = float(fit.coef_[0, 0]) / scale
    if slope <= FLATTEST:
        return FLATTEST, _log_odds(float(answers.mean())) - FLATTEST * float(np.mean(logits))
    return slope, float(fit.intercept_[0])


def _prior(scores: Vector, judged: float) -> float:
    """The share of positives among `scores`, calibrated where `judged` of all were.

    The less the scores tell the two apart the more it is drawn to what is usual: where they say
    nothing, any share would explain them.
    """
    doubt = float(np.mean(4 * scores * (1 - scores)))
    prior = USUAL_PRIOR
    for _ in range(_ROUNDS):
        yes = scores * prior / judged
        no = (1 - scores) * (1 - prior) / (1 - judged)
        prior = float((np.mean(yes / (yes + no)) + doubt * USUAL_PRIOR) / (1 + doubt))
    return min(max(prior, 1 / (len(scores) + 2)), 1 - 1 / (len(scores) + 2))


def _threshold(scores: Vector, chances: Vector, prior: float) -> tuple[float, float]:
    """The best expected F1, under the cap; and the share of the library that is shown.

    `chances` are those of tracks to have the label, `scores` what is held against a threshold.
    """
    order = np.argsort(-scores)
    ranked = scores[order]
    most = max(1, int(len(ranked) * min(MOST_SHOWN, MOST_TIMES * prior)))
    counts = np.arange(1, most + 1)
    expected = 2 * chances[order][:most].cumsum() / (counts + chances.sum())
    best = int(expected.argmax())
    after = ranked[best + 1] if best + 1 < len(ranked) else 0.0
    # Between the last that is shown and the first that is not; where thousandths cannot part them
    # the label tells no track from another, and is shown on none.
    threshold = math.ceil(500 * float(ranked[best] + after)) / 1000
    if (scores >= threshold).sum() > most:
        threshold = 1.0
    return threshold, float((scores >= threshold).mean())


def _area(
    logits: Vector, answers: npt.NDArray[np.bool_], seed: int
) -> tuple[float | None, tuple[float, float] | None]:
    if min(answers.sum(), (~answers).sum()) < LEAST_EVIDENCE:
        return None, None
    found = areas(answers, logits, draw(len(answers), None, 500, seed))
    return float(found[0]), interval(found[1:])


def _logistic(logits: Vector) -> Vector:
    return (1 + np.tanh(logits / 2)) / 2


def _log_odds(share: float) -> float:
    return float(np.log(share / (1 - share)))
