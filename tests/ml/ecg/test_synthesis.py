"""Abnormal beats made from a person's own normal one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.ecg.aami import N
from ml.ecg.beats import COMPLEX, PAIR, SAMPLES, VIEWS, View
from ml.ecg.protocols import COMMON, Database
from ml.ecg.synthesis import (
    TAPS,
    Filters,
    apply_filters,
    average_beat,
    filters_between,
    healthy_lesson,
    learn_filters,
    synthesise,
)

SOME = COMMON[:4]


@pytest.fixture(scope="module")
def filters(hearts: Path) -> Filters:
    return learn_filters(Database(hearts), SOME)


def test_a_filter_that_changes_nothing_gives_the_beat_back(hearts: Path) -> None:
    base = average_beat(Database(hearts).learning(200).inputs, COMPLEX)
    identity = np.zeros((1, TAPS))
    identity[0, TAPS // 2] = 1
    assert np.allclose(apply_filters(base[0], identity)[0], base[0])


def test_a_filter_moves_a_beat_by_its_place() -> None:
    base, taps = np.zeros(SAMPLES), np.zeros((2, TAPS))
    base[60] = 1
    taps[0, TAPS // 2 + 10] = taps[1, TAPS // 2 - 20] = 1
    assert apply_filters(base, taps).argmax(1).tolist() == [70, 40]


@pytest.mark.parametrize("view", VIEWS.values(), ids=VIEWS)
def test_what_is_learnt_turns_the_normal_beat_nearly_into_the_abnormal_one(
    hearts: Path, view: View
) -> None:
    beats = Database(hearts, view).beats(100)
    base = average_beat(beats.inputs[beats.classes == N], view)[0]
    wanted = beats.inputs[beats.classes != N][:5, 0].astype(np.float64)
    found = apply_filters(base, filters_between(base, wanted))
    likeness = (
        (found * wanted).sum(1) / np.linalg.norm(found, axis=1) / np.linalg.norm(wanted, axis=1)
    )
    assert likeness.min() > 0.95
    assert np.abs(filters_between(base, base[None])[0]).argmax() == TAPS // 2


def test_no_filter_of_a_person_is_used_on_the_same_person(filters: Filters) -> None:
    for person in SOME:
        others = filters.of_others(person)
        assert person not in others.people
        assert len(others) == len(filters) - np.count_nonzero(filters.people == person)
    assert len(filters.of_others(None)) == len(filters)


def test_every_person_has_no_more_filters_than_may_be_and_one_a_class_at_least(
    hearts: Path, filters: Filters
) -> None:
    for person in SOME:
        shown = set(Database(hearts).beats(person).classes.tolist()) - {N}
        mine = filters.classes[filters.people == person]
        assert set(mine.tolist()) == shown
        assert np.bincount(mine).max() <= 20


def test_what_is_made_is_like_this_person_and_not_like_their_normal_beats(
    hearts: Path, filters: Filters
) -> None:
    beats = Database(hearts).learning(200)
    normal = beats.inputs[beats.classes == N]
    made, classes = synthesise(normal, filters, 0)
    assert len(made) == len(classes) > 20
    centre = normal.mean(0)
    usual = np.median(((normal - centre) ** 2).sum((1, 2)))
    assert np.median(((made - centre) ** 2).sum((1, 2))) > 5 * usual


def test_what_is_made_of_a_beat_and_its_trio_has_their_unit_energy(hearts: Path) -> None:
    database = Database(hearts, PAIR)
    beats = database.learning(200)
    normal = beats.inputs[beats.classes == N]
    made, _ = synthesise(normal, learn_filters(database, SOME), 0)
    assert np.allclose((made**2).mean(-1), 1, atol=1e-3)


def test_a_filter_that_gives_a_normal_beat_is_left_out(hearts: Path) -> None:
    """One that changes nothing lands in the middle of the person's own normal beats."""
    beats = Database(hearts).learning(200)
    taps = np.zeros((1, 1, TAPS))
    taps[..., TAPS // 2] = 1
    rhythm = np.zeros((1, 1, SAMPLES), np.float32)
    same = Filters(taps, rhythm, np.array([2]), np.array([1]), COMPLEX)
    assert len(synthesise(beats.inputs[beats.classes == N], same, 0)[0]) == 0


def test_nothing_abnormal_of_the_person_is_in_what_is_taught(
    hearts: Path, filters: Filters
) -> None:
    beats = Database(hearts).beats(200)
    abnormal = {row.tobytes() for row in beats.inputs[beats.classes != N]}
    assert abnormal
    learning = Database(hearts).learning(200)
    lesson = healthy_lesson(learning.where(learning.classes == N), filters, 0)
    assert not abnormal & {row.tobytes() for row in lesson.inputs}
