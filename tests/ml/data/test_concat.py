"""Data sets with tags of their own become one; what one does not say is left out of everything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ml.checkpoints.weights import load_model
from ml.config.network import ConfigError
from ml.config.recipe import recipe_from_dict
from ml.data.concat import concat_splits, subsample
from ml.data.sampler import Sampler
from ml.evaluation.evaluate import score_split
from ml.evaluation.metrics import rank
from ml.evaluation.report import make_report
from ml.evaluation.thresholds import choose_thresholds
from ml.export.release import make_release
from ml.training.trainer import Trainer
from ml.training.validation import Identity
from tests.ml.training.training_data import make_recipe, make_split

TAGS = ["low", "high", "rare"]


def test_each_keeps_its_clips_labels_and_sound() -> None:
    first, second = (
        make_split("train", 4),
        replace(make_split("x", 6, seed=1), tags=["low", "rare"]),
    )
    joined = concat_splits([first, second], TAGS)
    assert len(joined) == 10
    assert joined.hard[0].tolist() == [1, 0, 0]
    assert joined.known is not None
    assert joined.known[0].tolist() == [True, True, False]
    assert joined.known[4].tolist() == [True, False, True]
    for k in range(4):
        assert np.array_equal(joined.segments(k), first.segments(k))
    for k in range(6):
        assert np.array_equal(joined.segments(4 + k), second.segments(k))
    assert np.asarray(joined.samples).shape[0] == 10
    assert joined.samples.nbytes == first.samples.nbytes + second.samples.nbytes


def test_the_same_tags_in_another_order_leave_nothing_unknown() -> None:
    assert concat_splits([make_split("train", 4)], ["low", "high"]).known is None


def test_hard_labels_beside_soft_ones_stand_for_every_segment() -> None:
    joined = concat_splits([make_split("train", 4), replace(make_split("x", 2), soft=None)], TAGS)
    assert joined.soft is not None
    assert joined.soft.shape == (6, 2, 3)
    assert joined.soft[4].tolist() == [[1, 0, 0]] * 2


def test_a_thinned_split_holds_some_of_the_clips_in_their_order() -> None:
    split = make_split("train", 8)
    few = subsample(split, 3, seed=1)
    assert len(few) == 3
    assert few.paths == sorted(few.paths)
    assert np.array_equal(few.segments(0), split.segments(split.paths.index(few.paths[0])))
    assert subsample(split, 8) is split


def test_targets_nobody_gave_are_marked_and_survive_mixing() -> None:
    joined = concat_splits([make_split("train", 4), make_split("x", 4)], TAGS)
    targets = Sampler(joined, make_recipe()).batch(0).targets
    assert np.isnan(targets[:, 2]).all()
    assert not np.isnan(targets[:, :2]).any()


def test_unknown_labels_change_no_figure() -> None:
    labels = np.array([[1], [0], [1], [0]], dtype=np.uint8)
    scores = np.array([[0.9], [0.1], [0.2], [0.8]])
    known = np.array([[True], [True], [False], [False]])
    assert rank(labels, scores, ["a"]).macro_roc_auc == 0.75
    assert rank(labels, scores, ["a"], known=known).macro_roc_auc == 1.0
    assert 0.1 < choose_thresholds(labels, scores, ["a"], known)["a"] < 0.9
    with pytest.raises(ValueError, match="No tag"):
        rank(labels, scores, ["a"], known=known & (labels == 1))


@pytest.mark.slow
def test_a_network_learns_from_what_is_known_and_is_not_told_the_rest(tmp_path: Path) -> None:
    """All labels say "low", but those of "high" clips are not known: only half of them count."""
    split = make_split("train", 12)
    honest = split.hard.astype(bool)
    wrong = replace(split, hard=np.ones_like(split.hard), known=honest, soft=None)
    both = concat_splits([wrong, replace(make_split("x", 12, seed=3), soft=None)], split.tags)
    validation = make_split("validation", 6, seed=1)
    training = Trainer(
        make_recipe(training={"epochs": 12}), both, validation, tmp_path, identity=NOBODY
    )
    assert training.run().finished
    model = load_model(tmp_path / "model.safetensors")
    found = score_split(model, validation, training.device)
    assert make_report("x", validation, found).macro_roc_auc == 1.0
    shipment = make_release(
        model, concat_splits([validation], ["high", "low"]), None, training.device
    )
    assert set(shipment.card.metrics) == {"validation"}


def test_a_softmax_head_cannot_learn_from_partial_labels(tmp_path: Path) -> None:
    recipe = make_recipe(network={"head": "softmax"}, training={"loss": "cross_entropy"})
    partial = concat_splits([make_split("train")], TAGS)
    with pytest.raises(ConfigError, match="softmax"):
        Trainer(recipe, partial, partial, tmp_path, identity=NOBODY)


def test_a_mixture_with_an_unknown_target_is_unknown_and_others_stay() -> None:
    import torch

    from ml.data.augmentation import apply, draw

    settings = recipe_from_dict({"augmentation": {"mixup": 0.5}}).augmentation
    change = draw(settings, 8, np.random.default_rng(1))
    mixed = torch.from_numpy(change.share != 1)
    y = torch.ones(8, 1)
    y[torch.from_numpy(change.partner)[mixed]] = torch.nan
    given = ~y.isnan()[:, 0] & ~mixed
    _, out = apply(torch.zeros(8, 16), y, change)
    assert out[mixed].isnan().all()
    assert (out[given] == 1).all()


NOBODY = Identity("test", "none")
