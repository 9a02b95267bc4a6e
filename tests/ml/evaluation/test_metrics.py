"""The metrics agree with other implementations, and refuse what they cannot mean."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import f1_score
from torchmetrics.functional import classification

from ml.audio.reading import SEGMENT_SAMPLES
from ml.audio.types import FULL_SCALE
from ml.config.network import NetworkConfig
from ml.evaluation.metrics import calibration_error, rank, rankable
from ml.evaluation.paired_bootstrap import compare_paired
from ml.evaluation.predict import SEGMENTS_AT_ONCE, predict
from ml.evaluation.report import bootstrap
from ml.evaluation.thresholds import choose_thresholds
from ml.nn.network import SampleCNN
from tests.ml.training.training_data import make_split

MATRICES = Path(os.environ.get("TONEMARK_MTAT", Path(__file__).parents[4] / "shared/data/mtat"))
TAGS = ["a", "b", "c"]


def example(clips: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = (rng.random((clips, 3)) < (0.5, 0.2, 0.05)).astype(np.uint8)
    scores = np.clip(0.3 * labels + 0.5 * rng.random((clips, 3)), 0, 1).astype(np.float32)
    return labels, scores


def area_by_counting(labels: np.ndarray, scores: np.ndarray) -> float:
    """The chance that a positive clip scores above a negative one; ties count half."""
    difference = scores[labels == 1][:, None].astype(float) - scores[labels == 0][None]
    return float(((difference > 0) + 0.5 * (difference == 0)).mean())


def precision_by_counting(labels: np.ndarray, scores: np.ndarray) -> float:
    """The mean, over the positive clips, of the precision at each one's score."""
    above = [scores >= score for score in scores[labels == 1]]
    return float(np.mean([labels[chosen].mean() for chosen in above]))


def test_areas_and_precisions_are_what_counting_pairs_gives() -> None:
    labels, scores = example()
    for k, figures in enumerate(rank(labels, scores, TAGS).per_tag):
        assert figures.roc_auc == pytest.approx(area_by_counting(labels[:, k], scores[:, k]))
        assert figures.average_precision == pytest.approx(
            precision_by_counting(labels[:, k], scores[:, k])
        )


def test_macro_figures_agree_with_torchmetrics() -> None:
    labels, scores = example()
    ranking = rank(labels, scores, TAGS)
    arguments = (torch.from_numpy(scores), torch.from_numpy(labels).long(), 3)
    area = classification.multilabel_auroc(*arguments, average="macro")
    precision = classification.multilabel_average_precision(*arguments, average="macro")
    assert ranking.macro_roc_auc == pytest.approx(float(area), abs=1e-6)
    assert ranking.macro_average_precision == pytest.approx(float(precision), abs=1e-6)


def test_a_tag_without_positives_or_negatives_does_not_count() -> None:
    labels = np.array([[1, 0, 1], [1, 0, 0], [1, 0, 1]], dtype=np.uint8)
    assert list(rankable(labels)) == [2]
    assert list(rankable(labels, 3)) == []
    with pytest.raises(ValueError, match="No tag"):
        rank(labels[:, :2], np.zeros((3, 2)), TAGS[:2])


@pytest.mark.parametrize(
    ("labels", "scores", "sentence"),
    [
        (np.zeros((3, 2)), np.zeros((3, 3)), "do not match"),
        (np.zeros((3, 2)), np.full((3, 2), np.nan), "NaN"),
        (np.full((3, 2), 2), np.zeros((3, 2)), "0 or 1"),
    ],
)
def test_what_is_no_ranking_is_refused(
    labels: np.ndarray,
    scores: np.ndarray,
    sentence: str,
) -> None:
    with pytest.raises(ValueError, match=sentence):
        rank(labels, scores, TAGS)


def test_scores_that_mean_what_they_say_have_no_calibration_error() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random((20_000, 3))
    honest = (rng.random(scores.shape) < scores).astype(np.float64)
    assert calibration_error(honest, scores) < 0.01
    assert calibration_error(honest, np.minimum(scores + 0.2, 1)) > 0.15
    assert calibration_error(scores, scores) == pytest.approx(0)


def test_a_bootstrap_interval_holds_the_figure_and_shrinks_with_more_clips() -> None:
    few, many = example(100), example(2000)
    wide, _ = bootstrap(*few, minimum=1, resamples=60)
    narrow, _ = bootstrap(*many, minimum=1, resamples=60)
    assert narrow[0] < rank(*many, TAGS).macro_roc_auc < narrow[1]
    assert narrow[1] - narrow[0] < wide[1] - wide[0]


def test_a_threshold_is_near_the_best_f1_of_a_tag_with_many_positives() -> None:
    labels, scores = example(5000)
    chosen = choose_thresholds(labels, scores, TAGS)
    reached = f1_score(labels[:, 0], scores[:, 0] >= chosen["a"])
    best = max(f1_score(labels[:, 0], scores[:, 0] >= t) for t in np.arange(0.05, 0.95, 0.05))
    assert reached > best - 0.01


def test_a_tag_never_seen_gets_the_common_threshold() -> None:
    labels, scores = example()
    labels[:, 2] = 0
    chosen = choose_thresholds(labels, scores, TAGS)
    assert 0 < chosen["c"] < 1


@pytest.mark.skipif(not MATRICES.is_dir(), reason="MagnaTagATune's label matrices are not here")
def test_magnatagatunes_own_labels_all_count_and_a_constant_guess_is_chance() -> None:
    with np.load(MATRICES / "labels_test.npz") as file:
        labels = next(file[name] for name in file.files if file[name].ndim == 2).astype(np.uint8)
    tags = [str(k) for k in range(labels.shape[1])]
    ranking = rank(labels, np.full(labels.shape, 0.5), tags)
    assert labels.shape == (4332, 50)
    assert len(ranking.per_tag) == 50
    assert ranking.macro_roc_auc == pytest.approx(0.5)
    assert ranking.macro_average_precision == pytest.approx(labels.mean())


EMPTY = np.zeros((0, 3), np.uint8)
LABELS = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], np.uint8)
SCORES = np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3)
NOT_A_NUMBER = np.where(SCORES > 0.9, np.nan, SCORES)
NO_LABEL = np.zeros((4, 3), bool)


@pytest.mark.parametrize(
    ("labels", "scores", "tags", "known", "sentence"),
    [
        (EMPTY, EMPTY.astype(np.float32), TAGS, None, "no clips"),
        (LABELS, NOT_A_NUMBER, TAGS, None, "NaN or infinity"),
        (LABELS, np.full_like(SCORES, np.inf), TAGS, None, "NaN or infinity"),
        (LABELS * 2, SCORES, TAGS, None, "0 or 1"),
        (LABELS.astype(float) * np.nan, SCORES, TAGS, None, "0 or 1"),
        (LABELS, SCORES[:2], TAGS, None, "do not match"),
        (LABELS[:, 0], SCORES[:, 0], TAGS, None, "do not match"),
        (LABELS, SCORES, TAGS[:2], None, "2 names for 3 columns"),
        (LABELS, SCORES, TAGS, NO_LABEL[:, :1], "what is known"),
    ],
)
def test_what_cannot_be_evaluated_is_refused_by_every_figure(
    labels: np.ndarray, scores: np.ndarray, tags: list[str], known: np.ndarray | None, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        rank(labels, scores, tags, known=known)
    with pytest.raises(ValueError, match=sentence):
        choose_thresholds(labels, scores, tags, known)
    with pytest.raises(ValueError, match=sentence):
        compare_paired(labels, scores, scores, tags, known=known, resamples=2)


def test_where_no_label_is_known_nothing_is_ranked_and_a_threshold_is_still_given() -> None:
    with pytest.raises(ValueError, match="No tag has"):
        rank(LABELS, SCORES, TAGS, known=NO_LABEL)
    assert compare_paired(LABELS, SCORES, SCORES, TAGS, known=NO_LABEL) is None
    chosen = choose_thresholds(LABELS, SCORES, TAGS, NO_LABEL)
    assert all(0 < threshold < 1 for threshold in chosen.values())


def test_a_figure_without_resamples_is_refused() -> None:
    with pytest.raises(ValueError, match="none of 0 resamples"):
        bootstrap(LABELS, SCORES, minimum=1, resamples=0)
    with pytest.raises(ValueError, match="none of 0 resamples"):
        compare_paired(LABELS, SCORES, SCORES, TAGS, resamples=0)


@pytest.mark.parametrize(
    ("targets", "scores", "sentence"),
    [
        (EMPTY, EMPTY, "0 targets and 0 scores"),
        (LABELS, SCORES[:2], "12 targets and 6 scores"),
        (LABELS, NOT_A_NUMBER, "from 0 to 1"),
        (LABELS, SCORES * 2, "from 0 to 1"),
        (LABELS - 0.5, SCORES, "from 0 to 1"),
    ],
)
def test_what_is_no_probability_has_no_calibration_error(
    targets: np.ndarray, scores: np.ndarray, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        calibration_error(targets, scores)


def test_a_split_without_clips_is_not_scored() -> None:
    network = SampleCNN(NetworkConfig(labels=2, stem_width=4, widths=(4,) * 9))
    with pytest.raises(ValueError, match="The test split holds no clip"):
        predict(network, replace(make_split("test", 2), rows=np.zeros(0, np.intp)))


@pytest.mark.parametrize("together", [1, 3, 256])
def test_clips_are_scored_alike_however_many_segments_are_heard_at_once(
    monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    torch.manual_seed(0)
    network = SampleCNN(NetworkConfig(labels=2, stem_width=4, widths=(4,) * 9)).eval()
    split = make_split("test", 5, 3)
    # Clips of different lengths share a batch.
    shorter = np.arange(5, dtype=np.int32) % 3 * SEGMENT_SAMPLES
    split = replace(split, lengths=split.lengths - shorter)
    monkeypatch.setitem(SEGMENTS_AT_ONCE, "cpu", together)
    found = predict(network, split)
    assert np.bincount(found.clip).tolist() == [3, 2, 1, 3, 2]
    with torch.inference_mode():
        for clip in range(5):
            sound = torch.from_numpy(split.segments(clip) / np.float32(FULL_SCALE))[:, None]
            alone = network.scores(network(sound)).numpy()
            assert np.allclose(found.segments[found.clip == clip], alone, atol=1e-6)
            assert np.allclose(found.clips[clip], alone.mean(0), atol=1e-6)
