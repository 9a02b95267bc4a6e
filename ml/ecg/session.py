"""One person monitored from the first sample to the last: where it comes from, what is learnt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import soxr

from ml.ecg.aami import ABNORMAL, CLASSES, LabelledBeats, N
from ml.ecg.beats import Array, Positions, View
from ml.ecg.decision import Decision, foreseeing, warning
from ml.ecg.detector import SlidingDetector
from ml.ecg.ec57 import matched
from ml.ecg.monitor import Alarm, AlarmEvent, BeatStream, Call, Monitor, clock
from ml.ecg.networks import Committee
from ml.ecg.patients import FIRST, settings_of, train_healthy, train_patient
from ml.ecg.protocols import LEARNING_SECONDS, Beats, Database, together
from ml.ecg.records import RATE, Record, RecordError
from ml.ecg.synthesis import healthy_lesson, learn_filters

# Of a file that lies there whole: beats are judged faster many at a time.
FILE_CHUNK_SECONDS = 60
LIVE_CHUNK_SECONDS = 1
FEWEST_BEATS = 50
# Of missed and of false beats, at the end.
MOST_LISTED = 12


@dataclass(frozen=True)
class Chunk:
    """`samples` in mV that follow those before, and the R `peaks` that are known by then."""

    samples: Array
    peaks: Positions


# What is taught, and how its scores are to be taken.
Teacher = Callable[[Beats], tuple[Committee, Decision]]


def annotated(record: Record, labels: LabelledBeats) -> Iterator[Chunk]:
    """A recording in pieces, with the peaks of its annotations."""
    size = FILE_CHUNK_SECONDS * RATE
    for begin in range(0, len(record.signal), size):
        inside = (labels.positions >= begin) & (labels.positions < begin + size)
        yield Chunk(record.signal[begin : begin + size], labels.positions[inside])


def detected(record: Record) -> Iterator[Chunk]:
    """A recording in pieces, with the peaks that a detector finds as they come."""
    detector = SlidingDetector()
    for begin in range(0, len(record.signal), LIVE_CHUNK_SECONDS * RATE):
        samples = record.signal[begin : begin + LIVE_CHUNK_SECONDS * RATE]
        yield Chunk(samples, detector.push(samples))


def live(samples: Iterator[float], rate: float) -> Iterator[Chunk]:
    """A signal in mV at `rate` Hz that is still coming; a missing sample repeats the one before."""
    detector, held = SlidingDetector(), 0.0
    resampler = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, dtype="float32")
    while part := list(islice(samples, max(1, round(rate * LIVE_CHUNK_SECONDS)))):
        values = np.array(part, np.float32)
        for k in np.flatnonzero(np.isnan(values)):
            values[k] = values[k - 1] if k else held
        held = float(values[-1])
        if resampler is not None:
            values = resampler.resample_chunk(values)
        yield Chunk(values, detector.push(values))


def monitor(
    chunks: Iterable[Chunk],
    teach: Teacher,
    labels: LabelledBeats | None,
    alarm: Alarm,
    view: View,
) -> Iterator[Call | AlarmEvent]:
    """Learn from the first LEARNING_SECONDS, then call every beat.

    `teach` is given the beats of that time: with the classes of `labels`, else all for normal.
    Raises RecordError when too few beats come in that time, or the recording ends within it.
    """
    stream = BeatStream(view)
    learnt: list[Beats] = []
    listener: Monitor | None = None
    seen = 0
    for chunk in chunks:
        seen += len(chunk.samples)
        if listener is None and seen > LEARNING_SECONDS * RATE:
            network, decide = teach(_enough(learnt))
            listener = Monitor(network, stream, alarm, decide)
        if listener is not None:
            yield from listener.push(chunk.samples, chunk.peaks)
        else:
            positions, inputs = stream.push(chunk.samples, chunk.peaks)
            learnt.append(Beats(inputs, LabelledBeats(positions, _classes(positions, labels))))
    if listener is None:
        raise RecordError(
            f"The recording ends after {seen / RATE:.0f} s; {LEARNING_SECONDS} s are learnt from."
        )


def _enough(learnt: list[Beats]) -> Beats:
    beats = together(learnt)
    if len(beats) < FEWEST_BEATS:
        raise RecordError(
            f"Only {len(beats)} beats were found in the first {LEARNING_SECONDS} s; "
            f"{FEWEST_BEATS} are needed to know a heart. Is this the right lead, in millivolts?"
        )
    return beats


def _classes(positions: Positions, labels: LabelledBeats | None) -> npt.NDArray[np.int64]:
    """Those of `labels` near `positions`; normal where there are none."""
    classes = np.full(len(positions), N, np.int64)
    if labels is not None:
        mine, theirs = matched(positions, labels.positions, RATE)
        classes[mine] = labels.classes[theirs]
    return classes


def healthy_teacher(network: str, database: Database, person: int | None) -> Teacher:
    """Teaches the normal beats, and abnormal ones made with what others' hearts showed."""

    def teach(beats: Beats) -> tuple[Committee, Decision]:
        filters = learn_filters(database, database.others(person))
        normal = beats.where(beats.classes == N)
        settings = settings_of("early-warning", network, database.view)
        return train_healthy(network, normal, filters, seed=0, settings=settings), warning(
            database.view
        )

    return teach


def patient_teacher(network: str, database: Database, person: int | None) -> Teacher:
    """Teaches the beats with their annotated classes, and the common beats of others."""

    def teach(beats: Beats) -> tuple[Committee, Decision]:
        settings = settings_of("patient", network, database.view)
        common = database.common(person)
        decide = foreseeing(beats.classes, common.classes)
        return train_patient(network, common, beats, seed=0, settings=settings), decide

    return teach


def synthesised_beats(database: Database, person: int | None, beats: Beats) -> Beats:
    """The abnormal beats that are made of the normal ones among `beats`."""
    filters = learn_filters(database, database.others(person))
    lesson = healthy_lesson(beats.where(beats.classes == N), filters, seed=0)
    return lesson.where(lesson.classes != N)


@dataclass(frozen=True)
class Tally:
    """What was said against what is annotated; abnormal is S, V or F.

    `missed_at` has the times and classes of abnormal beats called normal, `false_at` those that
    normal beats were called.
    """

    abnormal: int
    found: int
    normal: int
    false: int
    first: tuple[bool, ...]
    undetected: int
    missed_at: tuple[str, ...]
    false_at: tuple[str, ...]

    def __str__(self) -> str:
        lines = [
            f"{self.found} of {self.abnormal} abnormal beats found, "
            f"{self.abnormal - self.found} missed; "
            f"{self.false} of {self.normal} normal beats called abnormal",
            f"of the first {len(self.first)} abnormal beats {sum(self.first)} found",
            *_listed("missed", self.missed_at),
            *_listed("false", self.false_at),
        ]
        if self.undetected:
            lines.append(f"{self.undetected} annotated beats were not detected")
        return "\n".join(lines)


def _listed(word: str, beats: Sequence[str]) -> Iterator[str]:
    """The first MOST_LISTED of `beats`, if there are any, and how many more there are."""
    if beats:
        more = len(beats) - MOST_LISTED
        yield f"{word}: {', '.join(beats[:MOST_LISTED])}" + (
            f" and {more} more" if more > 0 else ""
        )


def _when(
    positions: Positions, names: npt.NDArray[np.int64], some: npt.NDArray[np.bool_]
) -> tuple[str, ...]:
    """`12:07 V` for each of `some` beats."""
    return tuple(
        f"{clock(position)} {CLASSES[name]}"
        for position, name in zip(positions[some].tolist(), names[some].tolist(), strict=True)
    )


def tally(calls: list[Call], labels: LabelledBeats) -> Tally:
    """Compare `calls` with the beats of `labels` in the time that they are about."""
    called = np.array([call.position for call in calls], np.int64)
    name = np.array([call.name for call in calls], np.int64)
    begin, end = (called[0], called[-1]) if len(called) else (0, -1)
    inside = (labels.positions >= begin) & (labels.positions <= end)
    positions, classes = labels.positions[inside], labels.classes[inside]
    mine, theirs = matched(positions, called, RATE)
    judged = np.full(len(positions), N, np.int64)
    judged[mine] = name[theirs]
    abnormal, normal, warned = np.isin(classes, ABNORMAL), classes == N, judged != N
    return Tally(
        abnormal=int(abnormal.sum()),
        found=int((abnormal & warned).sum()),
        normal=int(normal.sum()),
        false=int((normal & warned).sum()),
        first=tuple(warned[abnormal][:FIRST].tolist()),
        undetected=len(positions) - len(mine),
        missed_at=_when(positions, classes, abnormal & ~warned),
        false_at=_when(positions, judged, normal & warned),
    )
