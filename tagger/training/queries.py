"""Trainings as people look at them: how far, with what, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from tagger.models import Training
from tagger.tags.label_words import label_words


@dataclass(frozen=True)
class TagResult:
    """One tag on the tracks that were held out: the candidate's figures and the active model's.

    `words` are what people read for it.
    """

    tag: str
    words: str
    positives: int
    average_precision: float
    roc_auc: float
    before: float | None

    @property
    def change(self) -> float | None:
        """Of average precision; None where the active model does not know the tag."""
        return None if self.before is None else self.average_precision - self.before


@dataclass(frozen=True)
class Result:
    """`active` is the name of the model that was active when the candidate was evaluated."""

    split: str
    clips: int
    active: str
    tags: list[TagResult]


def trainings() -> QuerySet[Training]:
    return Training.objects.select_related("job", "job__owner", "base", "model").defer("log")


def results(training: Training) -> list[Result]:
    """What the candidate's card says of each split of its evaluation; nothing of the base's own."""
    if training.model is None or training.model == training.base:
        return []
    metrics = training.model.card.get("metrics", {})
    active = metrics.get("active", {})
    return [
        Result(
            split=split,
            clips=metrics[split]["clips"],
            active=active.get("name", ""),
            tags=_tags(metrics[split], active.get(split, {})),
        )
        for split in ("validation", "test")
        if split in metrics
    ]


def _tags(figures: dict[str, Any], before: dict[str, Any]) -> list[TagResult]:
    """Those that changed most first."""
    former = {tag["tag"]: tag["average_precision"] for tag in before.get("per_tag", ())}
    words = label_words(tag["tag"] for tag in figures["per_tag"])
    rows = [
        TagResult(
            tag=tag["tag"],
            words=words[tag["tag"]],
            positives=tag["positives"],
            average_precision=tag["average_precision"],
            roc_auc=tag["roc_auc"],
            before=former.get(tag["tag"]),
        )
        for tag in figures["per_tag"]
    ]
    return sorted(rows, key=lambda row: (row.change is not None, -abs(row.change or 0), row.tag))
