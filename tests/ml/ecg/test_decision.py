"""From scores to what a beat is called."""

from __future__ import annotations

import numpy as np

from ml.ecg.aami import N, S, V
from ml.ecg.beats import COMPLEX
from ml.ecg.decision import WARN_FROM, likeliest, warning

ENOUGH = WARN_FROM[COMPLEX.name]

UNSURE = np.array([[0.99 - ENOUGH, 0.01, ENOUGH, 0, 0], [1.01 - ENOUGH, 0, ENOUGH - 0.01, 0, 0]])


def test_the_likeliest_class_is_called_with_its_score() -> None:
    names, scores = likeliest(np.array([[0.2, 0.7, 0.1, 0, 0], [0.5, 0.1, 0.4, 0, 0]]))
    assert names.tolist() == [S, N]
    assert scores.tolist() == [0.7, 0.5]


def test_a_warning_is_given_from_a_score_on() -> None:
    names, scores = warning(COMPLEX)(UNSURE)
    assert names.tolist() == [V, N]
    assert np.allclose(scores, [ENOUGH + 0.01, 1.01 - ENOUGH])


def test_what_speaks_for_an_abnormal_beat_is_summed_over_the_kinds() -> None:
    names, scores = warning(COMPLEX)(np.array([[0.1, 0.3, 0.4, 0.2, 0.0]]))
    assert names.tolist() == [V]
    assert np.allclose(scores, 0.9)
