"""Stretches of a track on which a label is sure."""

from __future__ import annotations

import numpy as np
import pytest

from ml.inference import Passage, passages

HOP = 2.5


def over_time(*stretches: tuple[float, float]) -> np.ndarray:
    """Scores of one label: so many seconds of each score."""
    rows = [np.full(round(seconds / HOP), score) for seconds, score in stretches]
    return np.concatenate(rows).astype(np.float32)[:, None]


def found(scores: np.ndarray, *thresholds: float) -> list[Passage]:
    return passages(scores, thresholds or (0.3,), hop_seconds=HOP, segment_seconds=HOP)


def test_what_is_sure_for_minutes_of_an_hour_is_a_passage() -> None:
    [passage] = found(over_time((760, 0.02), (1100, 0.8), (1740, 0.02)))
    assert passage.label == 0
    assert passage.start == pytest.approx(760, abs=10)
    assert passage.end == pytest.approx(1860, abs=10)
    assert passage.score == pytest.approx(0.8, abs=0.02)


def test_a_break_that_is_soon_over_does_not_end_it() -> None:
    assert len(found(over_time((300, 0.02), (120, 0.9), (5, 0.0), (120, 0.9), (300, 0.02)))) == 1


def test_it_ends_and_begins_again_where_the_music_changes() -> None:
    assert len(found(over_time((120, 0.9), (120, 0.02), (120, 0.9)))) == 2


def test_a_few_bars_are_none() -> None:
    assert not found(over_time((300, 0.02), (30, 0.9), (300, 0.02)))


def test_a_score_that_flickers_around_its_threshold_is_none() -> None:
    flicker = np.where(np.arange(400) % 2, 0.45, 0.05)[:, None].astype(np.float32)
    assert not found(flicker)


def test_a_short_track_has_none() -> None:
    assert not found(over_time((29, 0.9)))
    assert not found(over_time((HOP, 0.9)))


def test_labels_are_found_apart_and_one_that_is_never_shown_not_at_all() -> None:
    column = over_time((300, 0.02), (200, 0.9), (300, 0.02))
    scores = np.hstack([column, np.zeros_like(column), column])
    assert [one.label for one in found(scores, 0.3, 0.3, 0.3)] == [0, 2]
    assert [one.label for one in found(scores, 0.3, 0.3, 1.0)] == [0]


def test_each_label_wants_a_threshold() -> None:
    with pytest.raises(ValueError, match="2 thresholds for 1 labels"):
        found(over_time((60, 0.9)), 0.3, 0.3)
