"""From scores to what a beat is called."""

from __future__ import annotations

import numpy as np
import pytest

from ml.ecg.aami import CLASSES, F, N, S, V
from ml.ecg.beats import COMPLEX
from ml.ecg.decision import NORMAL, WARN_FROM, foreseeing, likeliest, warning

ENOUGH = WARN_FROM[COMPLEX.name]

UNSURE = np.array([[0.99 - ENOUGH, 0.01, ENOUGH, 0, 0], [1.01 - ENOUGH, 0, ENOUGH - 0.01, 0, 0]])


def test_the_likeliest_class_is_called_with_its_score() -> None:
    names, scores = likeliest(np.array([[0.2, 0.7, 0.1, 0, 0], [0.5, 0.1, 0.4, 0, 0]]))
    assert names.tolist() == [S, N]
    assert scores.tolist() == [0.7, 0.5]


COMMON = np.repeat(np.arange(len(CLASSES)), (75, 75, 75, 13, 7))


def test_of_a_heart_that_has_had_none_an_ectopic_beat_has_to_be_surer() -> None:
    doubtful = np.array([[0.5, 0, 0.5, 0, 0]])
    sure = np.array([[0.02, 0, 0.98, 0, 0]])
    never, often = np.full(400, N), np.repeat([N, V], (250, 150))
    assert foreseeing(never, COMMON)(doubtful)[0].tolist() == [N]
    assert foreseeing(often, COMMON)(doubtful)[0].tolist() == [V]
    assert foreseeing(never, COMMON)(sure)[0].tolist() == [V]


def test_what_was_taught_as_often_as_it_is_expected_keeps_its_score_but_for_normal_beats() -> None:
    scores = np.array([[0.4, 0.1, 0.3, 0.1, 0.1]], np.float32)
    own = np.repeat(np.arange(len(CLASSES)), (74, 74, 74, 74, 74))
    left = np.array([0.4 * NORMAL, 0.1, 0.3, 0.1, 0.1])
    assert np.allclose(foreseeing(own, own)(scores)[1], left.max() / left.sum())


@pytest.mark.parametrize("kind", [S, V, F])
def test_the_scores_stay_shares_of_one(kind: int) -> None:
    scores = np.zeros((1, len(CLASSES)), np.float32)
    scores[0, [N, kind]] = 0.3, 0.7
    names, certainty = foreseeing(np.array([N, N]), COMMON)(scores)
    assert names[0] in (N, kind)
    assert 0.5 <= certainty[0] <= 1


def test_a_warning_is_given_from_a_score_on() -> None:
    names, scores = warning(COMPLEX)(UNSURE)
    assert names.tolist() == [V, N]
    assert np.allclose(scores, [ENOUGH + 0.01, 1.01 - ENOUGH])


def test_what_speaks_for_an_abnormal_beat_is_summed_over_the_kinds() -> None:
    names, scores = warning(COMPLEX)(np.array([[0.1, 0.3, 0.4, 0.2, 0.0]]))
    assert names.tolist() == [V]
    assert np.allclose(scores, 0.9)
