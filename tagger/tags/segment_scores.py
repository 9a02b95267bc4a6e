"""Scores over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tagger.models import Analysis, Tag, Track

from .analyses import latest_analysis

# Long enough to hear what was meant.
TELLING_SECONDS = 10.0


@dataclass(frozen=True)
class SegmentScores:
    """float32 `(segments, labels)`; segment k begins at `k * hop_seconds`; nothing
    sounds in those of `silent`."""

    labels: list[str]
    scores: np.ndarray
    hop_seconds: float
    segment_seconds: float
    silent: frozenset[int]


def segment_scores(analysis: Analysis) -> SegmentScores:
    return SegmentScores(
        labels=list(analysis.model.labels),
        scores=analysis.segment_scores(),
        hop_seconds=analysis.hop_seconds,
        segment_seconds=analysis.segment_seconds,
        silent=frozenset(analysis.silent_segments),
    )


def telling_seconds(analysis: Analysis, columns: list[int]) -> tuple[float, float]:
    """Where the strongest of these labels is strongest for ten seconds, from the beginning."""
    over_time = segment_scores(analysis)
    strength = over_time.scores[:, columns].max(axis=1)
    width = min(max(1, round(TELLING_SECONDS / over_time.hop_seconds)), len(strength))
    means = np.convolve(strength, np.ones(width) / width, mode="valid")
    start = float(means.argmax()) * over_time.hop_seconds
    return start, start + TELLING_SECONDS


def telling_of(track: Track, tag: Tag) -> tuple[float, float] | None:
    """The seconds that made the model think of a shown tag; None where it knows no such label."""
    analysis = latest_analysis(track, over_time=True)
    if analysis is None:
        return None
    names = {tag.name, *tag.synonyms.values_list("name", flat=True)}
    columns = [at for at, label in enumerate(analysis.model.labels) if label in names]
    return telling_seconds(analysis, columns) if columns else None


def peak_pairs(track: Track) -> list[int] | None:
    """Interleaved minimum and maximum, -127…127, for drawing a waveform; None until analysed."""
    if track.peaks is None:
        return None
    pairs: list[int] = np.frombuffer(bytes(track.peaks), dtype=np.int8).tolist()
    return pairs
