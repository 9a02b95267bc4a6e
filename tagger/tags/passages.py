"""Tags of a part of a track: which passages of an analysis count, and how rows hold them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ml.inference import passages
from tagger.models import Analysis, ModelVersion

Array = NDArray[np.float32]
# A row's passage: from when to when, in seconds, and the mean score there.
Span = tuple[float, float, float]
# An analysis's: the place of a label among the model's, and the same.
Found = list[list[float]]
# Rows of an hour are some hundred kilobytes, those of a song twenty.
AT_ONCE = 20


@dataclass(frozen=True)
class Passage:
    """Where a tag is sure, in seconds; `score` is the mean there."""

    start: float
    end: float
    score: float


def found_passages(analysis: Analysis, model: ModelVersion) -> Found:
    """What `analysis.passages` is to hold, out of its segments' scores."""
    return found_in(
        analysis.segment_scores(),
        analysis.silent_segments,
        model,
        analysis.hop_seconds,
        analysis.segment_seconds,
    )


def found_in(
    scores: Array,
    silent: Sequence[int],
    model: ModelVersion,
    hop_seconds: float,
    segment_seconds: float,
) -> Found:
    """The same out of scores `(segments, labels)` that are not stored yet.

    In `silent` segments nothing is sure, whatever a network says of them.
    """
    sounding = scores.copy()
    sounding[list(silent)] = 0
    found = passages(
        sounding, model.thresholds, hop_seconds=hop_seconds, segment_seconds=segment_seconds
    )
    return [
        [one.label, round(one.start, 2), round(one.end, 2), round(one.score, 4)] for one in found
    ]


def fill_in(analyses: Iterable[Analysis], models: Mapping[int, ModelVersion]) -> None:
    """Find, and keep, the passages of those that were made before there were any."""
    missing = {one.pk: one for one in analyses if one.passages is None}
    stored = Analysis.objects.filter(pk__in=missing).only(
        "model", "scores", "segments", "silent_segments", "segment_seconds", "hop_seconds"
    )
    for row in stored.iterator(chunk_size=AT_ONCE):
        found = found_passages(row, models[row.model_id])
        missing[row.pk].passages = found
        Analysis.objects.filter(pk=row.pk).update(passages=found)


def spans_by_label(found: Found) -> dict[int, list[Span]]:
    by_label: dict[int, list[Span]] = {}
    for label, start, end, score in found:
        by_label.setdefault(int(label), []).append((start, end, score))
    return by_label


class Row(Protocol):
    """What is asked of an effective tag: a TrackTag has it."""

    @property
    def score(self) -> float | None: ...

    @property
    def passages(self) -> list[list[float]]: ...


def passages_of(synonyms: Iterable[Row]) -> tuple[Passage, ...]:
    """Where the one tag is that these rows are shown as, in order; none: in the whole track.

    A label that is given as a whole has no passages. A person's word on a tag that the model does
    not score says that it is there, not where.
    """
    rows = list(synonyms)
    if any(row.score is not None and not row.passages for row in rows):
        return ()
    return _joined(span for row in rows for span in row.passages)


def _joined(spans: Iterable[list[float]]) -> tuple[Passage, ...]:
    """Where they overlap, one with the best score."""
    whole: list[Passage] = []
    for start, end, score in sorted(spans):
        last = whole[-1] if whole else None
        if last and start <= last.end:
            whole[-1] = Passage(last.start, max(last.end, end), max(last.score, score))
        else:
            whole.append(Passage(start, end, score))
    return tuple(whole)
