from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from ml.checkpoints.archive import read_package, write_package
from ml.checkpoints.card import SecondNetwork, WeightsError, read_card, second_network
from ml.checkpoints.weights import load_model, save_model
from ml.nn.pair import NetworkPair
from tests.ml.second_network import CONFIG, facts, make_second, save_pair

LABELS = ["calm", "loud", "odd"]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_pair(tmp_path / "pair.safetensors", LABELS, {"odd": 1.0})
    return tmp_path / "pair.safetensors"


def test_both_networks_lie_in_one_file_and_answer_as_one(saved: Path) -> None:
    model = load_model(saved)
    assert isinstance(model.whole, NetworkPair)
    assert model.second is not None
    x = 0.1 * torch.randn(2, 1, 59_049)
    with torch.inference_mode():
        both, trunk, second = model.whole(x), model.network(x), model.second(x)
    assert both[:, :2].equal(trunk[:, :2])
    assert both[:, 2].equal(second[:, 1])
    assert {name for name in load_file(saved) if name.startswith("second.")}


def test_a_package_carries_both(saved: Path, tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    with package.open("wb") as out:
        write_package(saved, out)
    (tmp_path / "there").mkdir()
    there = load_model(read_package(package, tmp_path / "there"))
    assert second_network(there.card) == SecondNetwork(**facts(LABELS[-2:], {"odd": 1.0}))
    assert there.second is not None


def test_a_card_without_one_is_read_as_before(saved: Path) -> None:
    card = saved.with_suffix(".json")
    values = json.loads(card.read_text())
    values.pop("second")
    card.write_text(json.dumps(values))
    assert second_network(read_card(saved)) is None
    with pytest.raises(WeightsError, match="unknown tensor second"):
        load_model(saved)


def test_weights_and_card_must_agree_about_it(saved: Path, tmp_path: Path) -> None:
    model = load_model(saved)
    with pytest.raises(WeightsError, match="second one"):
        save_model(tmp_path / "one.safetensors", model.network, model.card)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"labels": ["loud"]}, "2 outputs and 1 labels"),
        ({"labels": ["loud", "loud"]}, "twice"),
        ({"labels": "loud"}, "no list of texts"),
        ({"labels": [["loud"], ["odd"]]}, "no list of texts"),
        ({"speaks_for": {"calm": 1.0}}, "does not have"),
        ({"speaks_for": {"nothing": 1.0}}, "does not have"),
        ({"speaks_for": ["odd"]}, "does not have"),
        ({"speaks_for": {"odd": 0}}, "share"),
        ({"speaks_for": {"odd": 1.5}}, "share"),
        ({"speaks_for": {"odd": "1"}}, "share"),
        ({"name": 7}, "no text"),
        ({"config": CONFIG.as_dict() | {"hidden": 10**12}}, "from 1 to"),
        ({"config": {"layers": 3}}, "Unknown setting"),
        ({"config": [1]}, "none"),
        ({"wheels": 4}, "wheels"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_built(
    saved: Path, change: dict[str, Any], reason: str
) -> None:
    card = saved.with_suffix(".json")
    values = json.loads(card.read_text())
    values["second"] |= change
    card.write_text(json.dumps(values))
    with pytest.raises(WeightsError, match=reason):
        load_model(saved)


def test_wide_layers_that_the_file_does_not_have_are_refused(saved: Path) -> None:
    card = saved.with_suffix(".json")
    values = json.loads(card.read_text())
    values["second"]["config"] |= {"timbre": 4096, "hidden": 4096}
    card.write_text(json.dumps(values))
    with pytest.raises(WeightsError, match="has the shape"):
        load_model(saved)


def test_beside_outputs_that_exclude_each_other_there_is_none(saved: Path) -> None:
    model = load_model(saved)
    softmax = model.card.config | {"head": "softmax"}
    card = saved.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | {"config": softmax}))
    with pytest.raises(WeightsError, match="independent"):
        read_card(saved)


def test_halved_weights_are_loaded_as_float32(tmp_path: Path, saved: Path) -> None:
    model = load_model(saved)
    half = tmp_path / "half.safetensors"
    save_model(half, model.network.half(), model.card, make_second().half())
    second = load_model(half).second
    assert second is not None
    assert second.log_mel.filters.dtype == torch.float32
    buffer = io.BytesIO()
    write_package(half, buffer)
    assert half.stat().st_size < saved.stat().st_size * 0.6
