"""What scores mean, in the same measure for every tag."""

from __future__ import annotations

import numpy as np
import pytest

from ml.config import curves, strength
from ml.evaluation.calibration import calibrate, words_kept

TAGS = ["common", "habit", "rare", "hidden"]
THRESHOLDS = {"common": 0.5, "habit": 0.1, "rare": 0.5, "hidden": 1.0}


def logistic(log_odds: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


@pytest.fixture(scope="module")
def clips() -> tuple[np.ndarray, np.ndarray]:
    """Labels and scores of 4,000 clips. "habit" is as often right at 0.1 as "common" at 0.5."""
    random = np.random.default_rng(5)
    margins = random.normal(0, 1.5, (4000, 4))
    labels = (random.random((4000, 4)) < logistic(2 * margins)).astype(np.uint8)
    labels[:, 2] = 0
    labels[:3, 2] = 1
    ends = np.array([0.5, 0.1, 0.5, 0.5])
    return labels, logistic(margins + np.log(ends / (1 - ends)))


def test_the_same_word_means_the_same_for_tags_of_other_habits(
    clips: tuple[np.ndarray, np.ndarray],
) -> None:
    of_tags, _ = curves(calibrate(*clips, TAGS, THRESHOLDS))
    for margin in (-1.0, 0.0, 1.0):
        true = float(logistic(np.array(2 * margin)))
        common = float(logistic(np.array(margin)))
        habit = float(logistic(np.array(margin + np.log(0.1 / 0.9))))
        assert of_tags["common"].at(common, 0.5) == pytest.approx(true, abs=0.05)
        assert of_tags["habit"].at(habit, 0.1) == pytest.approx(true, abs=0.05)


def test_a_tag_with_few_positives_has_the_curve_of_all_and_a_hidden_one_none(
    clips: tuple[np.ndarray, np.ndarray],
) -> None:
    found = calibrate(*clips, TAGS, THRESHOLDS)
    assert set(found["tags"]) == {"common", "habit"}
    assert found["pooled"][0] > 0


def test_without_enough_of_any_tag_nothing_is_said() -> None:
    labels = np.zeros((5, 4), dtype=np.uint8)
    assert calibrate(labels, np.full((5, 4), 0.3), TAGS, THRESHOLDS) == {}


def test_what_nobody_has_said_counts_for_nothing(clips: tuple[np.ndarray, np.ndarray]) -> None:
    labels, scores = clips
    wrong = labels.copy()
    wrong[2000:] = 1 - wrong[2000:]
    known = np.zeros(labels.shape, dtype=bool)
    known[:2000] = True
    first = calibrate(labels[:2000], scores[:2000], TAGS, THRESHOLDS)
    assert calibrate(wrong, scores, TAGS, THRESHOLDS, known)["tags"] == first["tags"]


def test_words_are_worth_what_they_promise(clips: tuple[np.ndarray, np.ndarray]) -> None:
    labels, scores = clips
    found = calibrate(labels[:2000], scores[:2000], TAGS, THRESHOLDS)
    kept = words_kept(labels[2000:, :2], scores[2000:, :2], TAGS[:2], THRESHOLDS, found)
    assert kept["sure"][1] > 0.8
    assert 0.5 < kept["likely"][1] < 0.8
    assert [strength(share) for share in (0.8, 0.79, 0.49)] == ["sure", "likely", "perhaps"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"tags": {"a": [1.0]}, "pooled": [1.0, 0.0]},
        {"tags": {"a": [-1.0, 0.0]}, "pooled": [1.0, 0.0]},
        {"tags": {"a": ["1", 0.0]}, "pooled": [1.0, 0.0]},
        {"tags": {}, "pooled": [1e300, 0.0]},
        {"tags": []},
    ],
)
def test_what_is_no_calibration_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"curve|form"):
        curves(wrong)
