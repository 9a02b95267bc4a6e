"""Two models on the test split: overall and tag by tag, from what is known of both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..models import ModelVersion
from .card_figures import CardFigures, Figure, card_figures
from .differences import Difference, area_figure, difference


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
    first, second = card_figures(candidate), card_figures(baseline)
    if first is None:
        return "candidate"
    if second is None:
        return "baseline"
    if first.data != second.data:
        return "data"
    return SplitComparison(
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
    figures = [_area(name, figures) for figures in (first, second)]
    known = figures[0] is not None and figures[1] is not None
    return TagComparison(
        tag=name,
        positives=max(_positives(name, first), _positives(name, second)),
        candidate=figures[0],
        baseline=figures[1],
        difference=difference(figures[0], figures[1]) if known else None,  # type: ignore[arg-type]
    )


def _positives(name: str, figures: CardFigures) -> int:
    found = figures.per_tag.get(name)
    return found.positives if found else 0


def _area(name: str, figures: CardFigures) -> Figure | None:
    found = figures.per_tag.get(name)
    if found is None:
        return None
    return area_figure(found.roc_auc, found.positives, figures.clips - found.positives)
