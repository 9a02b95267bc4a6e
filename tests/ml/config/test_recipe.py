"""Recipes: presets that read, overrides that bite, and mistakes that are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from ml.config.network import ConfigError
from ml.config.recipe import PRESETS, read_recipe


@pytest.mark.parametrize("preset", sorted(path.stem for path in PRESETS.glob("*.toml")))
def test_every_preset_is_a_valid_recipe(preset: str) -> None:
    assert read_recipe(preset).network_config(50).labels == 50


def test_the_papers_preset_is_the_paper_to_the_letter() -> None:
    recipe = read_recipe("icassp2018-rese2")
    optimiser, schedule, training = recipe.optimiser, recipe.schedule, recipe.training
    assert (optimiser.name, optimiser.learning_rate, optimiser.momentum) == ("sgd", 0.01, 0.9)
    assert (schedule.stages, schedule.factor, schedule.patience) == (5, 0.2, 2)
    assert (training.batch_size, training.select_by) == (23, "loss")
    network = recipe.network_config(50)
    assert (network.block, network.convs, network.se_ratio) == ("rese", 2, 16.0)
    assert (network.dropout, network.block_dropout) == (0.5, 0.2)


def test_an_override_replaces_one_value_of_its_own_type() -> None:
    recipe = read_recipe(
        "modern", ["training.epochs=3", "network.block=se", "optimiser.learning_rate = 1"]
    )
    assert recipe.training.epochs == 3
    assert recipe.network["block"] == "se"
    assert recipe.optimiser.learning_rate == 1


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("training.speed=9", "no setting 'speed'"),
        ("colours.red=1", r"no section \[colours\]"),
        ("training.epochs=many", "training.epochs is 'many'"),
        ("training.epochs=1.5", "must be a int"),
        ("training.epochs=0", "above 0"),
        ("training.batch_size=1", "at least 2"),
        ("epochs=3", "section.key=value"),
        ("network.block=cubist", "block is 'cubist'"),
        ("augmentation.gain=2", "between 0 and 1"),
        ("optimiser.name=lion", "sgd, adamw"),
        ("data.crops=none", "random, fixed"),
        ("training.select_by=luck", "select_by"),
    ],
)
def test_a_mistaken_override_is_refused_by_name(override: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        read_recipe("modern", [override])


def test_a_missing_recipe_names_the_presets(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="default, fine-tune, icassp2018-rese2, modern"):
        read_recipe(tmp_path / "mine.toml")


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[network")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_recipe(tmp_path / "mine.toml")
