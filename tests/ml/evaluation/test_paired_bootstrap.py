"""Two models compared on the same clips."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import average_precision_score, roc_auc_score

from ml.data.clusters import Clusters
from ml.evaluation.metrics import rank
from ml.evaluation.paired_bootstrap import compare_paired
from ml.evaluation.report import bootstrap

TAGS = ["guitar", "harp", "rare"]


@pytest.fixture
def labels() -> np.ndarray:
    rng = np.random.default_rng(1)
    return (rng.random((300, 3)) < [0.4, 0.2, 0.05]).astype(np.uint8)


def scores(labels: np.ndarray, noise: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    heard = labels + noise * rng.standard_normal(labels.shape)
    return (1 / (1 + np.exp(-heard))).astype(np.float32)


def test_figures_are_those_of_ranking_each_by_itself(labels: np.ndarray) -> None:
    first, second = scores(labels, 0.8, 2), scores(labels, 1.5, 3)
    found = compare_paired(labels, first, second, TAGS, resamples=20)
    assert found is not None
    ranking = rank(labels, first, TAGS)
    assert found.macro_roc_auc.first == pytest.approx(ranking.macro_roc_auc)
    assert found.macro_average_precision.first == pytest.approx(ranking.macro_average_precision)
    harp = found.per_tag[1]
    assert harp.positives == labels[:, 1].sum()
    assert harp.roc_auc.second == pytest.approx(roc_auc_score(labels[:, 1], second[:, 1]))
    wanted = average_precision_score(labels[:, 1], second[:, 1])
    assert harp.average_precision.second == pytest.approx(wanted)


def test_equal_scores_are_ranked_as_scikit_learn_ranks_them(labels: np.ndarray) -> None:
    first = scores(labels, 1.0, 4).round(1)
    found = compare_paired(labels, first, first, TAGS, resamples=5)
    assert found is not None
    for k, one in enumerate(found.per_tag):
        assert one.roc_auc.first == pytest.approx(roc_auc_score(labels[:, k], first[:, k]))
        wanted = average_precision_score(labels[:, k], first[:, k])
        assert one.average_precision.first == pytest.approx(wanted)


def test_a_model_differs_from_itself_by_nothing(labels: np.ndarray) -> None:
    same = scores(labels, 1.0, 2)
    found = compare_paired(labels, same, same, TAGS, resamples=50)
    assert found is not None
    assert found.macro_roc_auc.difference == 0
    assert found.macro_roc_auc.interval == (0, 0)


def test_a_clear_gain_is_outside_of_chance_and_a_small_one_is_not(labels: np.ndarray) -> None:
    good, bad = scores(labels, 0.5, 2), scores(labels, 4.0, 3)
    clear = compare_paired(labels, good, bad, TAGS, resamples=200)
    alike = compare_paired(labels, scores(labels, 1.0, 5), scores(labels, 1.0, 6), TAGS)
    assert clear is not None
    assert alike is not None
    assert clear.macro_roc_auc.interval[0] > 0
    low, high = alike.macro_roc_auc.interval
    assert low < 0 < high


def test_pairing_tells_what_independent_clips_would_not(labels: np.ndarray) -> None:
    """The same model with a grain of noise less is better on nearly every resample."""
    base = labels + 1.5 * np.random.default_rng(7).standard_normal(labels.shape)
    better = base + 0.3 * labels
    paired = compare_paired(labels, better, base, TAGS, resamples=200)
    assert paired is not None
    low, high = paired.macro_roc_auc.interval
    assert 0 < low < high < 0.1


def test_labels_nobody_gave_count_for_nothing(labels: np.ndarray) -> None:
    first = scores(labels, 1.0, 2)
    known = np.random.default_rng(8).random(labels.shape) < 0.5
    found = compare_paired(labels, first, first, TAGS, known=known, resamples=5)
    assert found is not None
    rows = known[:, 0]
    assert found.per_tag[0].roc_auc.first == pytest.approx(
        roc_auc_score(labels[rows, 0], first[rows, 0])
    )


def test_nothing_to_rank_is_no_comparison(labels: np.ndarray) -> None:
    nothing = np.zeros_like(labels)
    assert compare_paired(nothing, nothing * 0.5, nothing * 0.5, TAGS) is None


def test_a_comparison_can_be_stopped_between_two_tags() -> None:
    labels = np.tile(np.array([[1, 0], [0, 1]], dtype=np.uint8), (10, 1))[:, : len(TAGS)]
    answers = iter([False, True])
    with pytest.raises(InterruptedError):
        compare_paired(
            labels, labels * 0.5, labels * 0.4, TAGS[:2], should_stop=lambda: next(answers)
        )


def test_clips_of_one_track_are_no_independent_proofs(labels: np.ndarray) -> None:
    """Ten clips of each track that are all the same: one proof, not ten."""
    many, first, second = (
        np.repeat(part[:60, :2], 10, axis=0)
        for part in (labels, scores(labels, 1.0, 2), scores(labels, 1.3, 3))
    )
    tracks = Clusters("track", np.repeat(np.arange(60), 10))
    by_clip = compare_paired(many, first, second, TAGS[:2])
    by_track = compare_paired(many, first, second, TAGS[:2], clusters=tracks)
    assert by_clip is not None
    assert by_track is not None
    assert (by_track.unit, by_track.groups, by_clip.unit) == ("track", 60, "clip")
    narrow, wide = (np.diff(one.macro_roc_auc.interval)[0] for one in (by_clip, by_track))
    assert wide / narrow == pytest.approx(np.sqrt(10), rel=0.25)
    single = bootstrap(many, first, minimum=1, resamples=300)
    together = bootstrap(many, first, minimum=1, resamples=300, clusters=tracks)
    for clip_wise, track_wise in zip(single, together, strict=True):
        assert np.diff(track_wise)[0] > 2 * np.diff(clip_wise)[0]


def test_an_interval_by_track_holds_the_truth_as_often_as_it_says() -> None:
    """Tracks of ten clips that share what they sound like; the truth is known by their making."""
    rng = np.random.default_rng(5)
    held = []
    for trial in range(60):
        tracks = rng.standard_normal((40, 1)) + 0.2 * rng.standard_normal((40, 10))
        yes = (rng.random((40, 1)) < 0.5) * np.ones((1, 10))
        heard = (tracks + 1.0 * yes).reshape(-1, 1)
        areas, _ = bootstrap(
            yes.reshape(-1, 1).astype(np.uint8),
            heard,
            minimum=1,
            resamples=100,
            seed=trial,
            clusters=Clusters("track", np.repeat(np.arange(40), 10)),
        )
        # Two normal distributions of variance 1.04, one apart.
        held.append(areas[0] < norm.cdf(1 / np.sqrt(2 * 1.04)) < areas[1])
    assert np.mean(held) > 0.85
