"""Two models on a split: overall and tag by tag, from what is known of both.

A training judges the active model on the very clips it judges its result on, and writes the
comparison into the card: that is paired, clip by clip. Otherwise there are two cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..models import ModelVersion
from .card_figures import CardFigures, Figure, card_figures, read_figures
from .differences import Difference, area_figure, difference

# The test split is never learnt from; the validation split has chosen epoch and thresholds.
SPLITS = ("test", "validation")


class Outcome(Enum):
    BETTER = "better"
    WORSE = "worse"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class TagComparison:
    """ROC-AUC of one tag; `difference` is None where one of the models has no figure for it."""

    tag: str
    positives: int
    candidate: Figure | None
    baseline: Figure | None
    difference: Difference | None

    @property
    def order(self) -> tuple[bool, float, str]:
        """The largest changes first, then those that cannot be compared."""
        change = self.difference
        return change is None, -abs(change.value) if change else 0.0, self.tag


@dataclass(frozen=True)
class SplitComparison:
    """Candidate less baseline. `paired` says that each clip was compared with itself."""

    split: str
    candidate: CardFigures
    baseline: CardFigures
    roc_auc: Difference
    average_precision: Difference
    per_tag: list[TagComparison]
    paired: bool

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
    for split in SPLITS:
        found = _paired(candidate, baseline, split)
        if found is not None:
            return found
        if split == "test" and card_figures(candidate) is not None:
            break
    return _from_cards(candidate, baseline)


def _paired(candidate: ModelVersion, baseline: ModelVersion, split: str) -> SplitComparison | None:
    """What the candidate's training wrote down, if it judged beside this very baseline."""
    beside = (candidate.card.get("metrics") or {}).get("active")
    if not isinstance(beside, Mapping) or beside.get("sha256") != baseline.sha256:
        return None
    own, others = card_figures(candidate, split), read_figures(beside.get(split))
    if own is None or others is None:
        return None
    try:
        return _read_paired(split, own, others, beside[split]["paired"])
    except (KeyError, TypeError, ValueError):
        return None


def _read_paired(
    split: str, own: CardFigures, others: CardFigures, found: Mapping[str, Any]
) -> SplitComparison:
    per_tag = [_read_tag(tag) for tag in found["per_tag"]]
    return SplitComparison(
        split=split,
        candidate=own,
        baseline=others,
        roc_auc=_read_difference(found["macro_roc_auc"]),
        average_precision=_read_difference(found["macro_average_precision"]),
        per_tag=sorted(per_tag, key=lambda tag: tag.order),
        paired=True,
    )


def _read_tag(found: Mapping[str, Any]) -> TagComparison:
    area = found["roc_auc"]
    return TagComparison(
        tag=str(found["tag"]),
        positives=int(found["positives"]),
        candidate=Figure(float(area["first"]), None),
        baseline=Figure(float(area["second"]), None),
        difference=_read_difference(area),
    )


def _read_difference(found: Mapping[str, Any]) -> Difference:
    low, high = found["interval"]
    return Difference(float(found["difference"]), (float(low), float(high)))


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
        per_tag=sorted(_per_tag(first, second), key=lambda tag: tag.order),
        paired=False,
    )


def _per_tag(first: CardFigures, second: CardFigures) -> list[TagComparison]:
    return [
        _tag(name, first, second) for name in sorted(first.per_tag.keys() | second.per_tag.keys())
    ]


def _tag(name: str, first: CardFigures, second: CardFigures) -> TagComparison:
    own, others = _area(name, first), _area(name, second)
    return TagComparison(
        tag=name,
        positives=max(_positives(name, first), _positives(name, second)),
        candidate=own,
        baseline=others,
        difference=difference(own, others) if own and others else None,
    )


def _positives(name: str, figures: CardFigures) -> int:
    found = figures.per_tag.get(name)
    return found.positives if found else 0


def _area(name: str, figures: CardFigures) -> Figure | None:
    found = figures.per_tag.get(name)
    if found is None:
        return None
    return area_figure(found.roc_auc, found.positives, figures.clips - found.positives)
