"""Scores over time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tagger.models import Analysis, Track


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


def peak_pairs(track: Track) -> list[int] | None:
    """Interleaved minimum and maximum, -127…127, for drawing a waveform; None until analysed."""
    if track.peaks is None:
        return None
    pairs: list[int] = np.frombuffer(bytes(track.peaks), dtype=np.int8).tolist()
    return pairs
