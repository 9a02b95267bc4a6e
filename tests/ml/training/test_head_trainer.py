"""The outputs learn alone: quickly, from few clips, and without harm to what the network knew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from ml.checkpoints.weights import load_model, save_model
from ml.config.callbacks import Callbacks, read_log
from ml.config.network import ConfigError
from ml.config.recipe import Recipe, read_recipe
from ml.data.concat import concat_splits
from ml.data.magnatagatune.split import Split
from ml.training.best_model import TrainingResult
from ml.training.checkpoint import TrainingError
from ml.training.head_fit import HeadFit
from ml.training.head_trainer import HeadTrainer, trainer_for
from ml.training.losses import make_masked_loss
from ml.training.trainer import Trainer
from ml.training.validation import Identity

from .training_data import TAGS, make_recipe, make_split, weights_of

IDENTITY = Identity("test", "none")
OUTPUT = ("output.weight", "output.bias")
BCE = make_masked_loss("bce", "sigmoid")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a network that tells high from low, with thresholds of its own."""
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("base")
    parts = make_split("train"), make_split("validation", 6, seed=1)
    Trainer(make_recipe(training={"epochs": 8}), *parts, out, identity=IDENTITY).run()
    model = load_model(out / "model.safetensors")
    card = replace(model.card, thresholds={"high": 0.123, "low": 0.456})
    save_model(out / "model.safetensors", model.network, card)
    return out


def recipe_for(base: Path, **settings: object) -> Recipe:
    initial = str(base / "model.safetensors")
    return make_recipe(training={"outputs_only": True, "initial": initial, **settings})


def of_tag(split: Split, tag: str) -> Split:
    """`split` where people have spoken of one tag only."""
    known = np.tile([name == tag for name in split.tags], (len(split), 1))
    return replace(split, known=known, soft=None)


def renamed(split: Split, tags: list[str]) -> Split:
    return replace(split, tags=tags)


def learn(
    recipe: Recipe, train: Split, held_out: Split, out: Path, callbacks: Callbacks | None = None
) -> TrainingResult:
    training = trainer_for(recipe)(
        recipe, train, held_out, out, identity=IDENTITY, callbacks=callbacks
    )
    assert isinstance(training, HeadTrainer)
    return training.run()


def test_a_tag_that_nobody_judged_stays_exactly_as_it_was(base: Path, tmp_path: Path) -> None:
    # What is "high" is turned round, so that there is something to learn.
    train, held_out = make_split("train", seed=5), make_split("validation", 6, seed=6)
    train, held_out = (
        of_tag(replace(split, hard=1 - split.hard), "high") for split in (train, held_out)
    )
    assert learn(recipe_for(base), train, held_out, tmp_path).finished
    before, after = weights_of(base), weights_of(tmp_path)
    assert all(np.array_equal(before[name], after[name]) for name in before if name not in OUTPUT)
    for name in OUTPUT:
        assert np.array_equal(before[name][1], after[name][1])
        assert not np.array_equal(before[name][0], after[name][0])
    assert load_model(tmp_path / "model.safetensors").card.thresholds == {
        "high": 0.123,
        "low": 0.456,
    }
    assert [report.epoch for report in read_log(tmp_path / "log.jsonl")] == [1, 2, 3]


def test_it_never_ends_with_worse_than_it_began_with(base: Path, tmp_path: Path) -> None:
    wrong = make_split("train", seed=5)
    wrong = of_tag(replace(wrong, hard=1 - wrong.hard), "high")
    recipe = recipe_for(base, anchor=0.01)
    learn(recipe, wrong, of_tag(make_split("validation", 6, seed=6), "high"), tmp_path)
    assert not any(report.best for report in read_log(tmp_path / "log.jsonl"))
    before, after = weights_of(base), weights_of(tmp_path)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_a_new_tag_is_learnt_even_where_a_known_one_is_better_left_alone(
    base: Path, tmp_path: Path
) -> None:
    tags = [*TAGS, "shrill"]
    right, wrong = make_split("train", seed=5), make_split("train", seed=5)
    wrong = of_tag(replace(wrong, hard=1 - wrong.hard), "high")
    train = concat_splits([of_tag(renamed(right, ["shrill", "hum"]), "shrill"), wrong], tags)
    own = make_split("validation", 6, seed=6)
    held_out = concat_splits(
        [of_tag(renamed(own, ["shrill", "hum"]), "shrill"), of_tag(own, "high")], tags
    )
    learn(recipe_for(base, anchor=0.01, epochs=6), train, held_out, tmp_path)
    before, after = weights_of(base), weights_of(tmp_path)
    assert all(np.array_equal(before[name], after[name][:2]) for name in OUTPUT)
    assert np.abs(after["output.weight"][2]).max() > 0.01


def test_a_new_tag_is_learnt_beside_those_it_knows(base: Path, tmp_path: Path) -> None:
    tags = [*TAGS, "shrill"]
    train, held_out = (
        concat_splits([of_tag(renamed(split, ["shrill", "hum"]), "shrill")], tags)
        for split in (make_split("train", seed=5), make_split("validation", 6, seed=6))
    )
    assert learn(recipe_for(base, epochs=6), train, held_out, tmp_path).finished
    assert read_log(tmp_path / "log.jsonl")[-1].macro_roc_auc == 1.0
    before, after = weights_of(base), weights_of(tmp_path)
    assert all(np.array_equal(before[name], after[name][:2]) for name in OUTPUT)
    thresholds = load_model(tmp_path / "model.safetensors").card.thresholds
    assert (thresholds["high"], thresholds["low"]) == (0.123, 0.456)
    assert 0.02 < thresholds["shrill"] < 0.95


class StopAfter(Callbacks):
    def __init__(self, asked: int) -> None:
        self.left = asked

    def should_stop(self) -> bool:
        self.left -= 1
        return self.left < 0


# The clips are 14, and cross-validation asks 25 times.
@pytest.mark.parametrize("asked", [3, 20, 40])
def test_it_stops_while_it_hears_and_while_it_fits(base: Path, tmp_path: Path, asked: int) -> None:
    parts = make_split("train"), make_split("validation", 6, seed=1)
    assert not learn(recipe_for(base), *parts, tmp_path, StopAfter(asked)).finished
    assert len(list(tmp_path.glob("log.jsonl"))) == (asked > 39)
    assert learn(recipe_for(base), *parts, tmp_path).finished


def test_without_a_network_to_begin_with_it_is_refused(base: Path, tmp_path: Path) -> None:
    bare = replace(recipe_for(base).training, initial="")
    recipe = replace(recipe_for(base), training=bare)
    with pytest.raises(TrainingError, match=r"training\.initial"):
        learn(recipe, make_split("train"), make_split("validation"), tmp_path)


def test_augmentation_and_a_free_fit_are_refused() -> None:
    with pytest.raises(ConfigError, match="augmentation"):
        read_recipe("fine-tune", ["augmentation.gain=0.5"])
    with pytest.raises(ConfigError, match="anchor"):
        read_recipe("fine-tune", ["training.anchor=0.0"])


def problem(judged: int, positives: int) -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(3)
    answers = np.arange(judged) < positives
    embeddings = rng.standard_normal((judged, 6)) + 2 + np.outer(answers, [1.5, 0, 0, 0, 0, -1])
    return torch.from_numpy(embeddings).float(), torch.from_numpy(answers).float()[:, None]


def fitted(
    embeddings: torch.Tensor,
    answers: torch.Tensor,
    *,
    anchor: float,
    is_new: bool,
    output: nn.Linear,
) -> tuple[torch.Tensor, torch.Tensor]:
    fit = HeadFit(
        output,
        embeddings,
        answers,
        BCE,
        anchor=torch.tensor([anchor]),
        is_new=torch.tensor([is_new]),
        label_count=len(embeddings),
    )
    for _ in range(12):
        fit.step()
    return fit.fitted()


def zero_output() -> nn.Linear:
    output = nn.Linear(6, 1)
    nn.init.zeros_(output.weight)
    nn.init.zeros_(output.bias)
    return output


def test_a_new_output_is_ridge_regression_on_the_logistic_loss() -> None:
    embeddings, answers = problem(40, 15)
    weight, bias = fitted(embeddings, answers, anchor=0.5, is_new=True, output=zero_output())
    spread = float((embeddings - embeddings.mean(0)).square().sum(1).mean())
    peer = LogisticRegression(C=1 / (0.5 * spread), tol=1e-8, max_iter=1000)
    peer.fit(embeddings.numpy(), answers[:, 0].numpy())
    assert weight.numpy() == pytest.approx(peer.coef_, abs=1e-3)
    assert bias.numpy() == pytest.approx(peer.intercept_, abs=5e-3)


def test_a_known_output_keeps_its_mean_however_many_are_accepted() -> None:
    output = nn.Linear(6, 1)
    for positives in (4, 36):
        embeddings, answers = problem(40, positives)
        weight, bias = fitted(embeddings, answers, anchor=1.0, is_new=False, output=output)
        before, after = output(embeddings).detach(), embeddings @ weight.T + bias
        assert float(after.mean()) == pytest.approx(float(before.mean()), abs=1e-4)
        assert float((after - before)[answers == 1].mean()) > 0.1


def test_few_clips_move_what_is_known_less_than_many() -> None:
    moved = []
    for judged in (8, 80):
        embeddings, answers = problem(judged, judged // 2)
        weight, _ = fitted(embeddings, answers, anchor=5.0, is_new=False, output=zero_output())
        moved.append(float(weight.norm()))
    assert moved[0] < moved[1] / 2
