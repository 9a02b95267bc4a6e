"""Tags the model is sure of in some moments of a track, though not of the whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..models import Analysis

if TYPE_CHECKING:
    from .tag_view import ShownTag

LEAST = 0.35
MOST = 6


def in_places(analysis: Analysis, tags: Iterable[ShownTag]) -> frozenset[int]:
    """The ids of those to be shown over time, the strongest at most. Reads the segments' scores."""
    labels = analysis.model.labels
    peaks = dict(zip(labels, analysis.segment_scores().max(axis=0).tolist(), strict=True))
    thresholds = dict(zip(labels, analysis.model.thresholds, strict=True))
    found: list[tuple[float, int]] = []
    for shown in tags:
        known = [raw.tag.name for raw in shown.raw if raw.tag.name in peaks]
        peak = max((peaks[name] for name in known), default=0.0)
        if known and peak >= max(LEAST, min(thresholds[name] for name in known)):
            found.append((-peak, shown.tag.pk))
    return frozenset(pk for _, pk in sorted(found)[:MOST])
