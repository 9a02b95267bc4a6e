"""What a model's card says of the test split, read without believing that it says anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tagger.models import ModelVersion

Interval = tuple[float, float]
# Of clips or verdicts.
MOST = 10**9
# What reading comes to where something else stands.
_NO_FIGURES = (AttributeError, LookupError, OverflowError, TypeError, ValueError)


@dataclass(frozen=True)
class Figure:
    """A value between 0 and 1 with its 95 % interval, where one is known."""

    value: float
    interval: Interval | None


@dataclass(frozen=True)
class TagFigure:
    tag: str
    positives: int
    roc_auc: float
    average_precision: float


@dataclass(frozen=True)
class CardFigures:
    """How the model did on its test split."""

    clips: int
    tags: int
    protocol: str
    roc_auc: Figure
    average_precision: Figure
    per_tag: dict[str, TagFigure]

    @property
    def data(self) -> tuple[str, int]:
        """Figures are only comparable where these are the same."""
        return self.protocol, self.clips


def card_figures(version: ModelVersion, split: str = "test") -> CardFigures | None:
    """None where the card holds none, or not in the shape that `ml evaluate` writes."""
    return read_figures((version.card.get("metrics") or {}).get(split))


def tag_figures(version: ModelVersion) -> dict[str, TagFigure]:
    """Of the test, by label: also where the card says nothing of them all together."""
    test = (version.card.get("metrics") or {}).get("test")
    try:
        return _per_tag(test) if test else {}
    except _NO_FIGURES:
        return {}


@dataclass(frozen=True)
class NewTag:
    """What a training found out about a tag it was the first to learn: cross-validated over all
    verdicts; `roc_auc` is None where they are too few to say.
    """

    verdicts: int
    roc_auc: Figure | None
    prior: float | None
    shown: float | None


def new_tags(version: ModelVersion) -> dict[str, NewTag]:
    """By label; none where the card does not tell."""
    told = (version.card.get("data") or {}).get("new_tags")
    try:
        return {str(tag): _new_tag(row) for tag, row in told.items()} if told else {}
    except _NO_FIGURES:
        return {}


def _new_tag(row: Mapping[str, Any]) -> NewTag:
    bounds = _bounds(row["interval"])
    area = None if row["roc_auc"] is None else Figure(share(row["roc_auc"]), bounds)
    shares = [None if row[key] is None else share(row[key]) for key in ("prior", "shown")]
    return NewTag(count(row["accepted"]) + count(row["rejected"]), area, *shares)


def read_figures(metrics: Any) -> CardFigures | None:
    try:
        return _read(metrics) if isinstance(metrics, Mapping) else None
    except _NO_FIGURES:
        return None


def _read(metrics: Mapping[str, Any]) -> CardFigures:
    return CardFigures(
        clips=count(metrics["clips"]),
        tags=count(metrics["tags"]),
        protocol=str(metrics["protocol"]),
        roc_auc=_figure(metrics, "macro_roc_auc"),
        average_precision=_figure(metrics, "macro_average_precision"),
        per_tag=_per_tag(metrics),
    )


def _per_tag(metrics: Mapping[str, Any]) -> dict[str, TagFigure]:
    return {str(tag["tag"]): _tag(tag) for tag in metrics["per_tag"]}


def _figure(metrics: Mapping[str, Any], name: str) -> Figure:
    return Figure(share(metrics[name]), _bounds(metrics.get(f"{name}_interval")))


def _bounds(interval: Any) -> Interval | None:
    return (share(interval[0]), share(interval[1])) if interval else None


def share(value: Any) -> float:
    """A card is anybody's: what is reckoned with must be what it says it is. Raises ValueError."""
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{number} is no share")
    return number


def count(value: Any) -> int:
    """Raises ValueError, as above."""
    number = int(value)
    if not 0 <= number <= MOST:
        raise ValueError(f"{number} is no number of clips")
    return number


def _tag(row: Mapping[str, Any]) -> TagFigure:
    return TagFigure(
        str(row["tag"]),
        count(row["positives"]),
        share(row["roc_auc"]),
        share(row["average_precision"]),
    )
