"""What a model's card says of the test split, read without believing that it says anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tagger.models import ModelVersion

Interval = tuple[float, float]


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
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}


def _new_tag(row: Mapping[str, Any]) -> NewTag:
    interval = row["interval"]
    bounds = (float(interval[0]), float(interval[1])) if interval else None
    area = None if row["roc_auc"] is None else Figure(float(row["roc_auc"]), bounds)
    shares = [None if row[key] is None else float(row[key]) for key in ("prior", "shown")]
    return NewTag(int(row["accepted"]) + int(row["rejected"]), area, *shares)


def read_figures(metrics: Any) -> CardFigures | None:
    try:
        return _read(metrics) if isinstance(metrics, Mapping) else None
    except (KeyError, TypeError, ValueError):
        return None


def _read(metrics: Mapping[str, Any]) -> CardFigures:
    return CardFigures(
        clips=int(metrics["clips"]),
        tags=int(metrics["tags"]),
        protocol=str(metrics["protocol"]),
        roc_auc=_figure(metrics, "macro_roc_auc"),
        average_precision=_figure(metrics, "macro_average_precision"),
        per_tag={str(tag["tag"]): _tag(tag) for tag in metrics["per_tag"]},
    )


def _figure(metrics: Mapping[str, Any], name: str) -> Figure:
    interval = metrics.get(f"{name}_interval")
    bounds = (float(interval[0]), float(interval[1])) if interval else None
    return Figure(float(metrics[name]), bounds)


def _tag(row: Mapping[str, Any]) -> TagFigure:
    return TagFigure(
        str(row["tag"]),
        int(row["positives"]),
        float(row["roc_auc"]),
        float(row["average_precision"]),
    )
