"""Files on their way through a network: decoded ahead of it one after the other, scored in batches
that short files share, collected one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from ml.audio.peaks import PeakMeter
from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES, DecodeLimits, Decoding, Samples
from ml.audio.segmentation import segments

from .result import Analysis, Array, Collector, mean_direction, mean_scores

# 43 s of music. A larger batch would gain little on a CPU, where a single segment fills the caches,
# would hold more activations in memory, and would keep short files waiting longer.
BATCH = 16
# Below this (-80 dB of full scale) no recording has music.
SILENCE = 1e-4

Stage = Literal["decoding", "tagging"]
Progress = Callable[[Stage, float, float | None], None]


class Cancelled(Exception):
    """`should_stop` said so between two batches."""


def no_progress(*_: object) -> None:
    """The default of `on_progress`."""


def never_stop() -> bool:
    """The default of `should_stop`."""
    return False


@dataclass(frozen=True)
class Request:
    """A file to be analysed. `source` is entered when its turn to be decoded comes, in another
    thread, and left when that is done; `on_progress` and `should_stop` are called as
    `Tagger.analyse` says.
    """

    source: AbstractContextManager[str | Path]
    on_progress: Progress = no_progress
    should_stop: Callable[[], bool] = never_stop
    limits: DecodeLimits | None = None


class FileInProgress:
    """One request's file on its way through the pipeline, and its analysis so far.

    Decoded in one thread, which observes length, loudness and peaks; collected in the caller's,
    which alone calls `on_progress` and `should_stop`.
    """

    def __init__(self, request: Request) -> None:
        self.request = request
        self.cancelled = False
        self._error: Exception | None = None
        self._decoding: Decoding | None = None
        self._peaks = PeakMeter()
        self._samples = 0
        self._loudest = 0.0
        # Of each segment, in the order in which they are scored.
        self._silent: list[bool] = []
        self._collector = Collector()
        self._scored = 0

    def segments(self) -> Iterator[Samples]:
        """Its segments `(59049,)`. What is wrong with the file ends them, and is its outcome."""
        try:
            with self.request.source as path:
                self._decoding = Decoding(path, self.request.limits)
                for segment in segments(self._observed(self._decoding)):
                    if self.cancelled:
                        return
                    self._silent.append(float(np.abs(segment).max()) < SILENCE)
                    yield segment
        except Exception as error:  # noqa: BLE001 - raised, or returned, by whoever takes the outcome
            self._error = error

    def _observed(self, decoding: Decoding) -> Iterator[Samples]:
        for block in decoding:
            self._peaks.push(block)
            self._samples += len(block)
            self._loudest = max(self._loudest, float(np.abs(block).max()))
            yield block

    def collect(self, scores: Array, embeddings: Array) -> None:
        """Add the scores of its next segments, unless it is cancelled."""
        self.cancelled = self.cancelled or self.request.should_stop()
        if not self.cancelled:
            end = self._scored + len(scores)
            self._collector.add(scores, embeddings, np.array(self._silent[self._scored : end]))
            self._scored = end
            self.request.on_progress("tagging", *self._progress())

    def _progress(self) -> tuple[float, float | None]:
        info = self._decoding.info if self._decoding else None
        total = info.duration if info else None
        seconds = self._scored * SEGMENT_SAMPLES / SAMPLE_RATE
        return (min(seconds, total) if total else seconds), total

    def outcome(self) -> Analysis | Exception:
        """Once its last segment has been collected."""
        if self.cancelled:
            return Cancelled()
        return self._error or self._analysis()

    def _analysis(self) -> Analysis:
        scores, activations = self._collector.scores(), self._collector.activations()
        return Analysis(
            scores=scores,
            mean_scores=mean_scores(scores, activations.silent),
            embedding=mean_direction(activations.values(), activations.silent),
            silent_segments=tuple(int(place) for place in np.flatnonzero(activations.silent)),
            activations=activations,
            peaks=self._peaks.result(),
            duration=self._samples / SAMPLE_RATE,
            notes=tuple(self._notes()),
        )

    def _notes(self) -> Iterator[str]:
        if self._samples < SEGMENT_SAMPLES:
            yield "short"
        if self._loudest < SILENCE:
            yield "silent"
        if self._decoding and self._decoding.damage.damaged:
            yield "damaged"


class PipelineItem(NamedTuple):
    """A segment of a file, or None: the one before was its last."""

    file: FileInProgress
    segment: Samples | None


@dataclass(frozen=True)
class ScoredSegments:
    """Scores `(segments, tags)` and embeddings `(segments, size)` of one file's segments."""

    file: FileInProgress
    scores: Array
    embeddings: Array

    def collect(self) -> None:
        """Add the scores to the analysis of their file; in the caller's thread."""
        self.file.collect(self.scores, self.embeddings)


def batches(requests: Iterable[Request | None]) -> Iterator[list[PipelineItem]]:
    """The segments of all requests in order, up to 16 at a time, whichever file they are of; fewer
    where None says that the next request may take its time."""
    batch: list[PipelineItem] = []
    waiting = 0
    for item in _items(requests):
        if item is not None:
            batch.append(item)
            waiting += item.segment is not None
        if waiting == BATCH or (item is None and batch):
            yield batch
            batch, waiting = [], 0
    if batch:
        yield batch


def _items(requests: Iterable[Request | None]) -> Iterator[PipelineItem | None]:
    for request in requests:
        if request is None:
            yield None
            continue
        file = FileInProgress(request)
        for segment in file.segments():
            yield PipelineItem(file, segment)
        yield PipelineItem(file, None)
