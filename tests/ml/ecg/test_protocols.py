"""Who is learnt from and who is tested."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from ml.ecg.aami import labelled_beats
from ml.ecg.beats import COMPLEX, PAIR_RR
from ml.ecg.protocols import (
    COMMON,
    DS1,
    DS2,
    LEARNING_SECONDS,
    PATIENTS_24,
    PATIENTS_34,
    PATIENTS_44,
    Beats,
    Database,
    together,
)
from ml.ecg.records import RATE, RecordError, annotations_of, read_record
from tests.ml.ecg.database import PATIENTS, REAL, needs_the_real_one


def keys(inputs: np.ndarray) -> set[bytes]:
    """What tells beats apart, wherever they come from: what the network is shown of them."""
    return {row.tobytes() for row in inputs}


def counted(parts: Iterable[Beats]) -> list[int]:
    """How many beats of each class."""
    found: list[int] = np.bincount(together(parts).classes, minlength=5).tolist()
    return found


def test_no_beat_of_the_test_is_learnt_from(hearts: Path) -> None:
    database = Database(hearts)
    common = keys(database.common().inputs)
    for patient in (*PATIENTS, *COMMON):
        learnt = common | keys(database.learning(patient).inputs)
        tested = keys(database.test(patient).inputs)
        assert tested
        assert not learnt & tested


def test_five_minutes_are_learnt_from_and_the_rest_is_tested(hearts: Path) -> None:
    database = Database(hearts)
    learnt, tested = database.learning(200), database.test(200)
    assert learnt.labels.positions.max() < LEARNING_SECONDS * RATE <= tested.labels.positions.min()
    assert len(learnt) + len(tested) == len(database.beats(200))


def test_common_beats_are_75_of_the_three_frequent_classes_and_all_of_the_others(
    hearts: Path,
) -> None:
    database = Database(hearts)
    everything = counted(database.beats(n) for n in COMMON)
    common = counted([database.common()])
    assert common == [75, 75, 75, everything[3], 0]


def test_common_beats_are_the_same_each_time_whatever_is_shown_of_them(hearts: Path) -> None:
    first, again = (Database(hearts, view).common() for view in (PAIR_RR, COMPLEX))
    assert np.array_equal(first.labels.positions, again.labels.positions)
    assert np.array_equal(first.classes, again.classes)


def test_two_recordings_of_one_man_are_nobody_else_to_each_other(hearts: Path) -> None:
    database = Database(hearts)
    assert database.others(None) == (*COMMON, *PATIENTS)
    assert database.others(202) == (*COMMON, 200)
    assert 200 not in database.others(200)


def test_a_missing_record_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"200\.hea cannot be read"):
        Database(tmp_path).beats(200)


def test_the_sets_are_those_of_the_papers() -> None:
    assert [len(s) for s in (COMMON, PATIENTS_24, PATIENTS_34, PATIENTS_44, DS1, DS2)] == [
        20, 24, 34, 44, 22, 22,
    ]  # fmt: skip
    assert set(DS1) | set(DS2) == set(PATIENTS_44)
    assert not set(DS1) & set(DS2)


@needs_the_real_one
def test_the_real_database_has_its_109_494_beats() -> None:
    totals = np.zeros(5, np.int64)
    for header in sorted(Path(REAL).glob("*.hea")):
        lead = {"102": "V5", "104": "V5"}.get(header.stem, "MLII")
        annotations = annotations_of(header, read_record(header, lead))
        assert annotations is not None
        totals += np.bincount(labelled_beats(annotations).classes, minlength=5)
    assert totals.tolist() == [90_631, 2_781, 7_236, 803, 8_043]


@needs_the_real_one
def test_the_real_common_pool_and_test_have_the_papers_sizes() -> None:
    database = Database(Path(REAL))
    assert counted(database.beats(n) for n in COMMON) == [39_561, 192, 1_281, 13, 7]
    assert len(database.common()) == 245
    assert sum(len(database.test(n)) for n in PATIENTS_24) == 49_608
    assert sum(len(database.late(n)) for n in PATIENTS_34) == 63_376
