"""Where two tracks match best: the ten seconds of each whose tags are most alike.

Embeddings are kept of whole tracks only; over time there are the scores of the tags, so these are
what is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from tagger.models import Analysis, ModelVersion
from tagger.tags.segment_scores import segment_scores

SECONDS = 10.0


@dataclass(frozen=True)
class Moment:
    """Seconds from the beginning: of the track found, and of the track it is like."""

    start: float
    end: float
    like: UUID
    like_start: float


@dataclass(frozen=True)
class _Windows:
    """Means of ten seconds each, of length 1, float32 `(windows, labels)`; they do not overlap."""

    values: np.ndarray
    seconds: float


def matching_moments(
    candidates: Iterable[UUID], like: Sequence[UUID], model: ModelVersion
) -> dict[UUID, Moment]:
    """For each track found, where it is most like one of those asked for. One query."""
    tracks = [*candidates, *like]
    analyses = Analysis.objects.filter(track__in=tracks, model=model).select_related("model")
    windows = {analysis.track_id: _windows(analysis) for analysis in analyses.defer("embedding")}
    seeds = {track: windows[track] for track in like if track in windows}
    return {
        track: _best(windows[track], seeds)
        for track in tracks[: len(tracks) - len(like)]
        if seeds and track in windows
    }


def _windows(analysis: Analysis) -> _Windows:
    over_time = segment_scores(analysis)
    width = max(1, round(SECONDS / over_time.hop_seconds))
    starts = np.arange(0, len(over_time.scores), width)
    sums = np.add.reduceat(over_time.scores, starts, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return _Windows(sums / np.maximum(lengths, 1e-9), width * over_time.hop_seconds)


def _best(own: _Windows, seeds: Mapping[UUID, _Windows]) -> Moment:
    likeness = {seed: own.values @ windows.values.T for seed, windows in seeds.items()}
    like = max(likeness, key=lambda seed: float(likeness[seed].max()))
    here, there = np.unravel_index(likeness[like].argmax(), likeness[like].shape)
    start = float(here) * own.seconds
    return Moment(start, start + own.seconds, like, float(there) * seeds[like].seconds)
