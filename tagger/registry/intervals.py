"""A difference between two figures, and whether it can be shown to be one."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tagger.tags.card_metrics import Figure

# Two-sided, 95 %, of a normal distribution.
Z = 1.96


@dataclass(frozen=True)
class Difference:
    """How much more the first figure is, with a 95 % interval where one can be given."""

    value: float
    interval: tuple[float, float] | None

    @property
    def better(self) -> bool:
        return self.interval is not None and self.interval[0] > 0

    @property
    def worse(self) -> bool:
        return self.interval is not None and self.interval[1] < 0


def difference(first: Figure, second: Figure) -> Difference:
    """As if the two had been found on independent clips, which makes the interval wide."""
    value = first.value - second.value
    errors = [_standard_error(figure) for figure in (first, second)]
    if errors[0] is None or errors[1] is None:
        return Difference(value, None)
    half = Z * math.hypot(errors[0], errors[1])
    return Difference(value, (value - half, value + half))


def _standard_error(figure: Figure) -> float | None:
    if figure.interval is None:
        return None
    return (figure.interval[1] - figure.interval[0]) / (2 * Z)


def area_figure(area: float, positives: int, negatives: int) -> Figure:
    """A ROC-AUC with the interval of Hanley and McNeil, "The meaning and use of the area under a
    receiver operating characteristic (ROC) curve", Radiology 143 (1982).
    """
    if positives < 1 or negatives < 1:
        return Figure(area, None)
    both, twice = area / (2 - area), 2 * area**2 / (1 + area)
    variance = (
        area * (1 - area) + (positives - 1) * (both - area**2) + (negatives - 1) * (twice - area**2)
    ) / (positives * negatives)
    half = Z * math.sqrt(max(variance, 0.0))
    return Figure(area, (max(0.0, area - half), min(1.0, area + half)))


def precision_figure(precision: float, positives: int) -> Figure:
    """An average precision with the logit interval of Boyd, Eng and Page, "Area under the
    precision-recall curve: point estimates and confidence intervals" (ECML PKDD 2013).
    """
    if positives < 1 or not 0 < precision < 1:
        return Figure(precision, None)
    middle = math.log(precision / (1 - precision))
    half = Z / math.sqrt(positives * precision * (1 - precision))
    return Figure(precision, (_logistic(middle - half), _logistic(middle + half)))


def _logistic(logit: float) -> float:
    # As tanh it cannot overflow, however far the logit.
    return (1 + math.tanh(logit / 2)) / 2
