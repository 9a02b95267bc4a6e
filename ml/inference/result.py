"""The analysis of one file, and its collection batch by batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES

from .activations import SegmentActivations

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Analysis:
    """The network's answer to one file.

    `scores` float32 `(segments, tags)` and `mean_scores` float32 `(tags,)` are probabilities in
    the order of the card's labels; `embedding` float32 `(size,)` is the mean over segments, of
    length 1. Both means leave out `silent_segments` (indices), where anything sounds at all.
    `activations` are the penultimate layer's of every segment; `peaks` int8 holds minimum and
    maximum in turn (full scale ±127); `duration`, `segment_seconds` and `hop_seconds` are in
    seconds. `notes` may hold "short" (filled up with
    zeros to one segment), "silent" and "damaged" (some packets were left out).
    """

    scores: Array
    mean_scores: Array
    embedding: Array
    peaks: NDArray[np.int8]
    duration: float
    notes: tuple[str, ...] = ()
    silent_segments: tuple[int, ...] = ()
    activations: SegmentActivations | None = None
    segment_seconds: float = SEGMENT_SAMPLES / SAMPLE_RATE
    hop_seconds: float = SEGMENT_SAMPLES / SAMPLE_RATE


class Collector:
    """Keeps scores and activations of every segment, the latter in a byte each."""

    def __init__(self) -> None:
        self._scores: list[Array] = []
        self._activations: list[SegmentActivations] = []

    def add(self, scores: Array, embeddings: Array, silent: NDArray[np.bool_]) -> None:
        """Add a batch: scores `(batch, tags)`, embeddings `(batch, size)`, silent `(batch,)`."""
        self._scores.append(scores)
        self._activations.append(SegmentActivations.of(embeddings, silent))

    def scores(self) -> Array:
        """All scores so far, `(segments, tags)`."""
        return np.concatenate(self._scores)

    def activations(self) -> SegmentActivations:
        """Those of all segments so far."""
        return SegmentActivations.concatenate(self._activations)


def mean_scores(scores: Array, silent: NDArray[np.bool_]) -> Array:
    """A track's scores `(tags,)`: the mean of those of its segments `(segments, tags)`.

    Silent segments say nothing of the music and are left out, unless there are no others.
    """
    mean: Array = scores[_counting(silent)].mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean


def mean_direction(activations: Array, silent: NDArray[np.bool_]) -> Array:
    """A track's embedding `(size,)`: the direction of its segments' mean, zeros where all are."""
    mean = activations[_counting(silent)].mean(axis=0, dtype=np.float64)
    length = float(np.linalg.norm(mean))
    direction: Array = (mean / (length or 1.0)).astype(np.float32)
    return direction


def _counting(silent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.ones_like(silent) if silent.all() else ~silent
