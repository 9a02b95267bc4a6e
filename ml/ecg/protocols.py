"""Who is learnt from and who is tested, for the MIT-BIH Arrhythmia Database.

Protocol A (Kiranyaz, Ince, Gabbouj, IEEE TBME 63(3), 2016): common beats of the records 100–124
and the first five minutes of a record train the network of that record; its other 25 minutes test.
Inter-patient (de Chazal, O'Dwyer, Reilly, IEEE TBME 51(7), 2004): DS1 trains, DS2 tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.ecg.aami import CLASSES, LabelledBeats, N, S, V, labelled_beats
from ml.ecg.beats import COMPLEX, Array, View, beat_inputs
from ml.ecg.records import LEAD, RATE, Record, RecordError, annotations_of, read_record

LEARNING_SECONDS = 300
COMMON_OF_EACH = 75
PACED = (102, 104, 107, 217)
COMMON = tuple(n for n in (*range(100, 110), *range(111, 120), *range(121, 125)) if n not in PACED)
PATIENTS_24 = (
    200, 201, 202, 203, 205, 207, 208, 209, 210, 212, 213, 214, 215, 219, 220, 221, 222, 223, 228,
    230, 231, 232, 233, 234,
)  # fmt: skip
PATIENTS_44 = (*COMMON, *PATIENTS_24)
DS1 = (
    101, 106, 108, 109, 112, 114, 115, 116, 118, 119, 122, 124, 201, 203, 205, 207, 208, 209, 215,
    220, 223, 230,
)  # fmt: skip
DS2 = tuple(n for n in PATIENTS_44 if n not in DS1)
# The tables of protocol A that judge fewer: of ventricular beats, and of supraventricular ones.
VENTRICULAR_11 = (200, 202, 210, 213, 214, 219, 221, 228, 231, 233, 234)
SUPRAVENTRICULAR_14 = tuple(sorted((*VENTRICULAR_11, 212, 222, 232)))
# Of protocol B: those without, whose first five minutes do not show a healthy heart.
PATIENTS_34 = tuple(
    n for n in PATIENTS_44 if n not in (105, 114, 201, 202, 207, 209, 213, 222, 223, 234)
)
# Two recordings of one man.
SAME_PERSON = {202: 201}
SETS = {"24": PATIENTS_24, "34": PATIENTS_34, "44": PATIENTS_44, "ds2": DS2}


@dataclass(frozen=True)
class Beats:
    """Labelled beats with what the network is shown: `inputs` `(beats, channels, SAMPLES)`."""

    inputs: Array
    labels: LabelledBeats

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def classes(self) -> npt.NDArray[np.int64]:
        return self.labels.classes

    def where(self, kept: npt.NDArray[np.bool_]) -> Beats:
        labels = LabelledBeats(self.labels.positions[kept], self.labels.classes[kept])
        return Beats(self.inputs[kept], labels)


def together(parts: Iterable[Beats]) -> Beats:
    """All beats of `parts`, one after the other."""
    parts = list(parts)
    labels = LabelledBeats(
        np.concatenate([part.labels.positions for part in parts]),
        np.concatenate([part.labels.classes for part in parts]),
    )
    return Beats(np.concatenate([part.inputs for part in parts]), labels)


@dataclass(frozen=True)
class Database:
    """The records of a folder, and their beats: all but each record's first and last."""

    folder: Path
    view: View = COMPLEX

    def others(self, patient: int | None) -> tuple[int, ...]:
        """Those of the 44 whose records lie here and who are not the person of `patient`."""
        here = (n for n in PATIENTS_44 if (self.folder / f"{n}.hea").exists())
        return tuple(n for n in here if patient is None or person_of(n) != person_of(patient))

    def beats(self, patient: int) -> Beats:
        """Raises RecordError when the record or its annotations are missing or damaged."""
        return _beats_of(self.folder, patient, self.view)

    def learning(self, patient: int) -> Beats:
        """The beats of the first five minutes."""
        beats = self.beats(patient)
        return beats.where(_is_early(beats))

    def test(self, patient: int) -> Beats:
        """The beats of the other 25 minutes, without those that are common."""
        beats = self.beats(patient)
        kept = ~_is_early(beats)
        kept[self._common.get(patient, [])] = False
        return beats.where(kept)

    def late(self, patient: int) -> Beats:
        """All beats of the other 25 minutes."""
        beats = self.beats(patient)
        return beats.where(~_is_early(beats))

    def common(self, without: int | None = None) -> Beats:
        """75 N, 75 S and 75 V of the records 100–124, and all their F and Q.

        Those `without` has are left out.
        """
        chosen = {patient: kept for patient, kept in self._common.items() if patient != without}
        parts = [self.beats(patient) for patient in chosen]
        return together(
            part.where(_mask(len(part), chosen[patient]))
            for patient, part in zip(chosen, parts, strict=True)
        )

    @property
    def _common(self) -> dict[int, list[int]]:
        return _chosen(self.folder, self.view)


def person_of(patient: int) -> int:
    """The first recording of the person whom the recording `patient` is of."""
    return SAME_PERSON.get(patient, patient)


def _is_early(beats: Beats) -> npt.NDArray[np.bool_]:
    return beats.labels.positions < LEARNING_SECONDS * RATE


def _mask(size: int, chosen: list[int]) -> npt.NDArray[np.bool_]:
    mask = np.zeros(size, bool)
    mask[chosen] = True
    return mask


def annotated_beats(
    path: Path, lead: str = LEAD, rate: float | None = None, *, view: View
) -> tuple[Record, Beats | None]:
    """A whole recording, and its beats where it has annotations: all but the first and last.

    Raises RecordError as `read_record` does.
    """
    record = read_record(path, lead, rate)
    annotations = annotations_of(path, record)
    if annotations is None:
        return record, None
    labels = labelled_beats(annotations)
    inner = LabelledBeats(labels.positions[1:-1], labels.classes[1:-1])
    return record, Beats(beat_inputs(record.signal, labels.positions, view), inner)


@cache
def _beats_of(folder: Path, patient: int, view: View) -> Beats:
    path = folder / str(patient)
    _, beats = annotated_beats(path, view=view)
    if beats is None:
        raise RecordError(f"{path}.atr is missing; without annotations nothing can be learnt.")
    return beats


@cache
def _chosen(folder: Path, view: View) -> dict[int, list[int]]:
    """Which beats of which record are common, by their place among the record's beats.

    The same for every seed and every patient: chosen once, by a generator of its own.
    """
    everyone = [(n, _beats_of(folder, n, view).classes) for n in COMMON]
    places = [(n, k) for n, classes in everyone for k in range(len(classes))]
    classes = np.concatenate([classes for _, classes in everyone])
    generator = np.random.default_rng(0)
    kept: list[int] = []
    for one in range(len(CLASSES)):
        found = np.flatnonzero(classes == one)
        few = one in (N, S, V) and len(found) > COMMON_OF_EACH
        kept += list(generator.choice(found, COMMON_OF_EACH, replace=False) if few else found)
    chosen: dict[int, list[int]] = {n: [] for n in COMMON}
    for place in sorted(kept):
        patient, k = places[place]
        chosen[patient].append(k)
    return chosen
