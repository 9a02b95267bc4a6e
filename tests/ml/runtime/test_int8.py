from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch

from ml.checkpoints.card import int8_path
from ml.checkpoints.weights import LoadedModel, ModelCard, save_model
from ml.export import quantisation
from ml.export.quantisation import ExportError, export_int8
from ml.nn.network import NetworkConfig, SampleCNN
from ml.runtime.int8 import Int8Unavailable, load_int8, share_int8
from tests.ml.training.training_data import TAGS, make_split

CPU = torch.device("cpu")
NETWORK = SampleCNN(NetworkConfig(labels=2, stem_width=8, widths=(8,) * 9))
TRAIN, TEST = make_split("train", 12), make_split("test", 12, seed=1)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("model") / "net.safetensors"


@pytest.fixture(scope="module")
def model(weights: Path) -> LoadedModel:
    torch.manual_seed(0)
    network = SampleCNN(NetworkConfig(labels=2, stem_width=8, widths=(8,) * 9)).train()
    for clip in range(8):
        network(quantisation._sound(TRAIN, clip))
    card = ModelCard("small", network.config.as_dict(), TAGS, "CC0")
    return LoadedModel(network.eval(), save_model(weights, network, card))


@pytest.fixture(scope="module")
def exported(model: LoadedModel, weights: Path) -> Path:
    """Eight bits are coarse for so small a network: its copy is let through here."""
    pytest.importorskip("nncf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantisation, "CALIBRATION_CLIPS", 12)
        patch.setattr(quantisation, "MOST_LOST_ROC_AUC", 0.1)
        patch.setattr(quantisation, "MOST_MEAN_DIFFERENCE", 0.05)
        export_int8(model, weights, TRAIN, TEST)
    return int8_path(weights)


@pytest.mark.slow
def test_an_8_bit_copy_gives_scores_and_embeddings_like_the_networks(
    model: LoadedModel, weights: Path, exported: Path
) -> None:
    x = quantisation._sound(TEST, 0)
    quick = load_int8(weights, model.card.sha256, CPU, model.network)(x)
    with torch.inference_mode():
        plain = model.network.forward_with_embedding(x)
    assert (quick[0].sigmoid() - plain[0].sigmoid()).abs().max() < 0.1
    assert torch.cosine_similarity(quick[1], plain[1]).min() > 0.95


@pytest.mark.slow
def test_a_copy_of_other_weights_is_not_used(weights: Path, exported: Path) -> None:
    with pytest.raises(Int8Unavailable, match="other weights"):
        load_int8(weights, "0" * 64, CPU, NETWORK)


@pytest.mark.slow
def test_a_model_with_other_outputs_shares_the_copy_and_has_the_same_embeddings(
    model: LoadedModel, weights: Path, exported: Path, tmp_path: Path
) -> None:
    network = copy.deepcopy(model.network)
    torch.nn.init.normal_(network.output.weight)
    target = tmp_path / "tuned.safetensors"
    card = save_model(target, network, model.card)
    assert share_int8(weights, model.card.sha256, target, card.sha256)
    x = quantisation._sound(TEST, 0)
    with torch.inference_mode():
        first = load_int8(weights, model.card.sha256, CPU, model.network)(x)
        second = load_int8(target, card.sha256, CPU, network)(x)
        torch.testing.assert_close(network.output(second[1]), second[0])
    torch.testing.assert_close(first[1], second[1], rtol=0, atol=0)
    assert not torch.allclose(first[0], second[0])


@pytest.mark.slow
def test_a_damaged_copy_is_not_used(model: LoadedModel, exported: Path, tmp_path: Path) -> None:
    other = tmp_path / "net.safetensors"
    int8_path(other).write_bytes(exported.read_bytes()[:1000])
    with pytest.raises(Int8Unavailable, match="cannot be read"):
        load_int8(other, model.card.sha256, CPU, model.network)


def test_a_model_without_a_copy_says_so(tmp_path: Path) -> None:
    with pytest.raises(Int8Unavailable, match="no 8-bit copy"):
        load_int8(tmp_path / "net.safetensors", "", CPU, NETWORK)


def test_a_copy_is_not_taken_to_a_gpu(tmp_path: Path) -> None:
    with pytest.raises(Int8Unavailable, match="for the CPU"):
        load_int8(tmp_path / "net.safetensors", "", torch.device("cuda"), NETWORK)


@pytest.mark.slow
def test_a_copy_that_scores_too_differently_is_refused_and_leaves_nothing(
    model: LoadedModel, exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import openvino

    read = openvino.Core().read_model(exported)
    monkeypatch.setattr(quantisation, "_quantised", lambda *_: read)
    with pytest.raises(ExportError, match="not good enough"):
        export_int8(model, tmp_path / "net.safetensors", TRAIN, TEST)
    assert list(tmp_path.iterdir()) == []
