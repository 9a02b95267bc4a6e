from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from ml.checkpoints.weights import ModelCard, WeightsError, load_model, read_card, save_model
from ml.nn.network import NetworkConfig, SampleCNN

LABELS = ["calm", "loud", "odd"]


@pytest.fixture
def network() -> SampleCNN:
    torch.manual_seed(0)
    return SampleCNN(NetworkConfig(labels=3, widths=(8,) * 9, stem_width=8)).eval()


def card_for(network: SampleCNN) -> ModelCard:
    return ModelCard("test", network.config.as_dict(), LABELS, "CC0", thresholds={"odd": 0.3})


@pytest.fixture
def saved(network: SampleCNN, tmp_path: Path) -> Path:
    save_model(tmp_path / "net.safetensors", network, card_for(network))
    return tmp_path / "net.safetensors"


def rewrite(file: Path, **values: object) -> None:
    card = file.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | values))


def test_a_saved_network_gives_the_same_answers(network: SampleCNN, saved: Path) -> None:
    loaded = load_model(saved)
    x = torch.randn(2, 1, 59_049)
    torch.testing.assert_close(loaded.network(x), network(x))
    assert loaded.card.labels == LABELS
    assert loaded.card == read_card(saved)


def test_half_precision_weights_are_loaded_as_float32(network: SampleCNN, tmp_path: Path) -> None:
    file = tmp_path / "half.safetensors"
    save_model(file, network.half(), card_for(network))
    assert next(load_model(file).network.parameters()).dtype == torch.float32


def test_weights_changed_on_disk_are_refused(saved: Path) -> None:
    content = bytearray(saved.read_bytes())
    content[-1] ^= 1
    saved.write_bytes(content)
    with pytest.raises(WeightsError, match="SHA-256 differs"):
        load_model(saved)


def test_weights_that_are_no_number_are_neither_saved_nor_loaded(
    network: SampleCNN, tmp_path: Path
) -> None:
    with torch.no_grad():
        network.output.bias[0] = float("nan")
    with pytest.raises(WeightsError, match="NaN"):
        save_model(tmp_path / "net.safetensors", network, card_for(network))
    assert list(tmp_path.iterdir()) == []


def test_a_card_with_too_few_labels_is_refused(saved: Path, network: SampleCNN) -> None:
    rewrite(saved, labels=["calm", "odd"])
    with pytest.raises(WeightsError, match="3 outputs, its card 2 labels"):
        load_model(saved)
    with pytest.raises(WeightsError, match="labels"):
        save_model(saved, network, ModelCard("x", network.config.as_dict(), ["one"], "CC0"))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"thresholds": {"odd": 2}}, "outside of 0 to 1"),
        ({"thresholds": {"other": 0.2}}, "unknown"),
        ({"labels": ["odd", "odd", "calm"]}, "twice"),
        ({"labels": "odd"}, "must be a list"),
        ({"colour": "red"}, "wrong fields"),
        ({"config": {"block": "square"}}, "describes no network"),
        ({"config": {"labels": 3}}, "do not fit"),
    ],
)
def test_a_card_that_cannot_be_is_refused(
    values: dict[str, object], sentence: str, saved: Path
) -> None:
    rewrite(saved, **values)
    with pytest.raises(WeightsError, match=sentence):
        load_model(saved)


def test_a_missing_file_is_named(tmp_path: Path, saved: Path) -> None:
    with pytest.raises(WeightsError, match=r"none\.json cannot be read"):
        load_model(tmp_path / "none.safetensors")
    saved.unlink()
    with pytest.raises(WeightsError, match=r"net\.safetensors cannot be read"):
        load_model(saved)
