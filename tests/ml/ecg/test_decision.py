"""From scores to what a beat is called."""

from __future__ import annotations

import numpy as np

from ml.ecg.aami import N, S, V
from ml.ecg.decision import WARN_FROM, likeliest, warning

UNSURE = np.array(
    [[0.99 - WARN_FROM, 0.01, WARN_FROM, 0, 0], [1.01 - WARN_FROM, 0, WARN_FROM - 0.01, 0, 0]]
)


def test_the_likeliest_class_is_called_with_its_score() -> None:
    names, scores = likeliest(np.array([[0.2, 0.7, 0.1, 0, 0], [0.5, 0.1, 0.4, 0, 0]]))
    assert names.tolist() == [S, N]
    assert scores.tolist() == [0.7, 0.5]


def test_a_warning_is_given_from_a_score_on_that_is_not_the_highest() -> None:
    names, scores = warning(UNSURE)
    assert names.tolist() == [V, N]
    assert np.allclose(scores, [WARN_FROM + 0.01, 1.01 - WARN_FROM])


def test_what_speaks_for_an_abnormal_beat_is_summed_over_the_kinds() -> None:
    names, scores = warning(np.array([[0.4, 0.2, 0.3, 0.1, 0.0]]))
    assert names.tolist() == [V]
    assert np.allclose(scores, 0.6)
