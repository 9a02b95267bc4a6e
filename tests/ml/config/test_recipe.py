"""Recipes: presets that read, overrides that bite, and mistakes that are named."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from ml.config.network import NetworkConfig
from ml.config.recipe import PRESETS, SECTIONS, preset_names, read_recipe, recipe_from_dict
from ml.config.settings import ConfigError, settings_of


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
        ("training.epochs=1.5", "must be a whole number from 1"),
        ("training.epochs=0", "training.epochs is 0; it must be a whole number from 1"),
        ("training.batch_size=1", "from 2"),
        ("epochs=3", "section.key=value"),
        ("network.block=cubist", "block is 'cubist'"),
        ("augmentation.gain=2", "from 0 to 1"),
        ("optimiser.name=lion", "sgd, adamw"),
        ("data.crops=none", "random, fixed"),
        ("training.select_by=luck", "select_by"),
        ("training.loss=regret", "bce, mse"),
        ("training.average=2", r"training.average is 2; .* below 1"),
        ("training.frozen_blocks=99", "the network has 9 blocks"),
        ("training.frozen_blocks=-1", "at least 0"),
        ("training.seed=-1", "from 0"),
        ("training.compile=1", "true or false"),
        ("training.checkpoint_seconds=nan", "checkpoint_seconds is nan"),
        ("optimiser.learning_rate=inf", "learning_rate is inf; it must be a number above 0"),
        ("optimiser.weight_decay=-1", "at least 0"),
        ("schedule.stages=0", "from 1"),
        ("schedule.factor=0", "above 0"),
        ("data.balance=5", "from 0 to 1"),
        ("data.segments_per_clip=0", "from 1"),
        ("augmentation.gain_low_db=20", "at most gain_high_db"),
        ("augmentation.mixup_alpha=0", "above 0"),
        ("augmentation.pitch_semitones=0", "from 1"),
        ("network.dropout=a", "dropout is 'a'; it must be a number"),
        ("network.widths=3", "widths is 3"),
        ('network.multi_level="false"', "true or false"),
    ],
)
def test_a_mistaken_override_is_refused_by_name(override: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        read_recipe("modern", [override])


ANYTHING: tuple[object, ...] = (
    None,
    True,
    7,
    -1,
    0,
    0.5,
    10**400,
    float("inf"),
    float("nan"),
    "",
    "x",
    [],
    [1],
    {},
)


def refusal(values: dict[str, object]) -> str:
    """The sentence with which `values` are refused; empty where they are taken."""
    try:
        recipe_from_dict(values)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("section", ["network", *SECTIONS])
@pytest.mark.parametrize("value", ANYTHING, ids=lambda value: str(value)[:5])
def test_whatever_stands_in_a_field_is_taken_or_refused_by_its_name(
    section: str, value: object
) -> None:
    for item in fields(SECTIONS.get(section, NetworkConfig)):
        sentence = refusal({section: {item.name: value}})
        assert not sentence or re.search(
            rf"{item.name}|multi_level|too short|numbers for one", sentence
        )


@pytest.mark.parametrize("section", ["network", *SECTIONS])
@pytest.mark.parametrize("value", [3, "x", [], True])
def test_a_section_that_is_none_is_refused(section: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"must be a section of settings: .{section}"):
        recipe_from_dict({section: value})


def test_an_override_of_what_is_no_section_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("data = 3")
    with pytest.raises(ConfigError, match="data is 3"):
        read_recipe(tmp_path / "mine.toml", ["data.crops=fixed"])


def test_every_field_of_a_recipe_has_its_row_in_the_table() -> None:
    for section in (NetworkConfig, *SECTIONS.values()):
        rows = dict(settings_of(section))
        assert {item.name for item in fields(section)} - set(rows) <= {"widths"}
        assert all(row.meaning for row in rows.values())


def test_recipes_of_earlier_trainings_still_load() -> None:
    earlier = Path(__file__).with_name("recipe_of_2026_11_21.json").read_text(encoding="utf-8")
    assert recipe_from_dict(json.loads(earlier)).training.epochs == 4
    for preset in preset_names():
        recipe = read_recipe(preset)
        assert recipe_from_dict(json.loads(json.dumps(recipe.as_dict()))) == recipe


def test_a_missing_recipe_names_the_presets(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="default, fine-tune, icassp2018-rese2, modern"):
        read_recipe(tmp_path / "mine.toml")


def test_a_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text("[network")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_recipe(tmp_path / "mine.toml")
