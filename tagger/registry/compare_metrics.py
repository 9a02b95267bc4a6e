"""Two models on a split: overall and tag by tag, from what is known of both.

A training evaluates the active model on the very clips it evaluates its result on, and writes the
comparison into the card: that is paired, clip by clip. Otherwise there are two cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from tagger.models import ModelVersion
from tagger.tags.card_metrics import (
    CardFigures,
    Figure,
    card_figures,
    count,
    read_figures,
    share,
)

from .intervals import Difference, area_figure, difference, precision_figure

# The test split is never learnt from; the validation split has chosen epoch and thresholds.
SPLITS = ("test", "validation")


class Outcome(Enum):
    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Pairing:
    """One figure of both; `difference` is None where one of the models has none."""

    candidate: Figure | None
    baseline: Figure | None
    difference: Difference | None


@dataclass(frozen=True)
class TagComparison:
    tag: str
    positives: int
    roc_auc: Pairing
    average_precision: Pairing


@dataclass(frozen=True)
class Evaluated:
    """That the two were evaluated on request: by which data set, and when."""

    folder: str
    at: datetime


@dataclass(frozen=True)
class SplitComparison:
    """Candidate less baseline. `paired` says that each clip was compared with itself.

    Intervals then come from `groups` of the `unit` of clips that belong together: "source",
    "track", or "clip" in comparisons made before clusters were known.
    """

    split: str
    candidate: CardFigures
    baseline: CardFigures
    roc_auc: Difference
    average_precision: Difference
    per_tag: list[TagComparison]
    paired: bool
    evaluated: Evaluated | None = None
    unit: str = "clip"
    groups: int = 0

    @cached_property
    def outcome(self) -> Outcome:
        """One figure that is surely better and none that is surely worse, or the other way."""
        both = (self.roc_auc, self.average_precision)
        better, worse = any(one.better for one in both), any(one.worse for one in both)
        if better == worse:
            return Outcome.UNDECIDED
        return Outcome.BETTER if better else Outcome.WORSE


NOT_COMPARABLE = {
    "candidate": _("Its card holds no figures of the test split."),
    "baseline": _("The card of the active model holds no figures of the test split."),
    "data": _("The two were tested on different data, so their figures cannot be compared."),
}


def compared(candidate: ModelVersion, baseline: ModelVersion) -> SplitComparison | str:
    """The comparison, or the key in NOT_COMPARABLE of why there is none."""
    comparison = _evaluated(candidate, baseline)
    if comparison is not None:
        return comparison
    for split in SPLITS:
        comparison = _paired(candidate.card.get("metrics") or {}, baseline, split)
        if comparison is not None:
            return comparison
        if split == "test" and card_figures(candidate) is not None:
            break
    return _from_cards(candidate, baseline)


def _evaluated(candidate: ModelVersion, baseline: ModelVersion) -> SplitComparison | None:
    """What a worker found when somebody asked for the two to be evaluated together."""
    evaluation = candidate.evaluation
    comparison = _paired(evaluation, baseline, "test") if evaluation else None
    if evaluation is None or comparison is None:
        return None
    known = Evaluated(evaluation["data"]["folder"], datetime.fromisoformat(evaluation["at"]))
    return replace(comparison, evaluated=known)


def _paired(
    metrics: Mapping[str, Any], baseline: ModelVersion, split: str
) -> SplitComparison | None:
    """What a training or an evaluation wrote down, if it evaluated this very baseline."""
    beside = metrics.get("active")
    if not isinstance(beside, Mapping) or beside.get("sha256") != baseline.sha256:
        return None
    own, others = read_figures(metrics.get(split)), read_figures(beside.get(split))
    if own is None or others is None:
        return None
    try:
        return _read_paired(split, own, others, beside[split]["paired"])
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
        return None


def _read_paired(
    split: str, own: CardFigures, others: CardFigures, figures: Mapping[str, Any]
) -> SplitComparison:
    return SplitComparison(
        split=split,
        candidate=own,
        baseline=others,
        roc_auc=_read_difference(figures["macro_roc_auc"]),
        average_precision=_read_difference(figures["macro_average_precision"]),
        per_tag=[_read_tag(tag) for tag in figures["per_tag"]],
        paired=True,
        unit=str(figures.get("unit", "clip")),
        groups=count(figures.get("groups", own.clips)),
    )


def _read_tag(row: Mapping[str, Any]) -> TagComparison:
    return TagComparison(
        tag=str(row["tag"]),
        positives=count(row["positives"]),
        roc_auc=_read_pairing(row["roc_auc"]),
        average_precision=_read_pairing(row["average_precision"]),
    )


def _read_pairing(figures: Mapping[str, Any]) -> Pairing:
    return Pairing(
        candidate=Figure(share(figures["first"]), None),
        baseline=Figure(share(figures["second"]), None),
        difference=_read_difference(figures),
    )


def _read_difference(figures: Mapping[str, Any]) -> Difference:
    low, high = figures["interval"]
    return Difference(_gain(figures["difference"]), (_gain(low), _gain(high)))


def _gain(value: Any) -> float:
    """Of one share over another. Raises ValueError."""
    number = float(value)
    if not -1 <= number <= 1:
        raise ValueError(f"{number} is no difference of shares")
    return number


def _from_cards(candidate: ModelVersion, baseline: ModelVersion) -> SplitComparison | str:
    first, second = card_figures(candidate), card_figures(baseline)
    if first is None:
        return "candidate"
    if second is None:
        return "baseline"
    if first.data != second.data:
        return "data"
    return SplitComparison(
        split="test",
        candidate=first,
        baseline=second,
        roc_auc=difference(first.roc_auc, second.roc_auc),
        average_precision=difference(first.average_precision, second.average_precision),
        per_tag=_per_tag(first, second),
        paired=False,
    )


def _per_tag(first: CardFigures, second: CardFigures) -> list[TagComparison]:
    return [
        _tag(name, first, second) for name in sorted(first.per_tag.keys() | second.per_tag.keys())
    ]


def _tag(name: str, first: CardFigures, second: CardFigures) -> TagComparison:
    return TagComparison(
        tag=name,
        positives=max(_positives(name, first), _positives(name, second)),
        roc_auc=_pairing(_area(name, first), _area(name, second)),
        average_precision=_pairing(_precision(name, first), _precision(name, second)),
    )


def _pairing(own: Figure | None, others: Figure | None) -> Pairing:
    return Pairing(own, others, difference(own, others) if own and others else None)


def _positives(name: str, figures: CardFigures) -> int:
    figure = figures.per_tag.get(name)
    return figure.positives if figure else 0


def _area(name: str, figures: CardFigures) -> Figure | None:
    figure = figures.per_tag.get(name)
    if figure is None:
        return None
    return area_figure(figure.roc_auc, figure.positives, figures.clips - figure.positives)


def _precision(name: str, figures: CardFigures) -> Figure | None:
    figure = figures.per_tag.get(name)
    return precision_figure(figure.average_precision, figure.positives) if figure else None
