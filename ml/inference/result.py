"""The analysis of one file, and its collection batch by batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Analysis:
    """The network's answer to one file.

    `scores` float32 `(segments, tags)` and `mean_scores` float32 `(tags,)` are probabilities in
    the order of the card's labels; `embedding` float32 `(size,)` is the mean over segments, of
    length 1; `peaks` int8 holds minimum and maximum in turn (full scale ±127); `duration`,
    `segment_seconds` and `hop_seconds` are in seconds. `notes` may hold "short" (filled up with
    zeros to one segment), "silent" and "damaged" (some packets were left out).
    """

    scores: Array
    mean_scores: Array
    embedding: Array
    peaks: NDArray[np.int8]
    duration: float
    notes: tuple[str, ...] = ()
    segment_seconds: float = SEGMENT_SAMPLES / SAMPLE_RATE
    hop_seconds: float = SEGMENT_SAMPLES / SAMPLE_RATE


class Collector:
    """Keeps the scores of every segment and a running sum of the embeddings."""

    def __init__(self) -> None:
        self._scores: list[Array] = []
        self._embedding: NDArray[np.float64] | None = None

    def add(self, scores: Array, embeddings: Array) -> None:
        """Add a batch: scores `(batch, tags)`, embeddings `(batch, size)`."""
        self._scores.append(scores)
        total = embeddings.sum(axis=0, dtype=np.float64)
        self._embedding = total if self._embedding is None else self._embedding + total

    def scores(self) -> Array:
        """All scores so far, `(segments, tags)`."""
        return np.concatenate(self._scores)

    def embedding(self) -> Array:
        """The direction of the mean embedding, `(size,)`; zeros where every activation is zero."""
        if self._embedding is None:
            raise ValueError("No segment has been added.")
        length = float(np.linalg.norm(self._embedding))
        return (self._embedding / (length or 1.0)).astype(np.float32)
