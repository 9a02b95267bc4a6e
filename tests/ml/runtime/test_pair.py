"""A pair of networks takes the quick ways that one network takes."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ml.checkpoints.weights import LoadedModel
from ml.export import quantisation
from ml.export.quantisation import export_int8
from ml.runtime.engine import choose_engine, torch_engine
from ml.runtime.int8 import load_int8
from ml.runtime.parity import agrees
from tests.ml.second_network import save_pair
from tests.ml.training.training_data import TAGS, make_split

CPU = torch.device("cpu")
TRAIN, TEST = make_split("train", 12), make_split("test", 12, seed=1)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pair") / "pair.safetensors"


@pytest.fixture(scope="module")
def model(weights: Path) -> LoadedModel:
    return save_pair(weights, TAGS, {"low": 0.5})


def test_torch_runs_both_as_quickly_as_it_may(model: LoadedModel) -> None:
    pair = model.whole
    engine = torch_engine(pair, CPU)
    assert "two networks" in engine.name or "second network" in engine.name
    assert agrees(pair, engine.forward, CPU)


def test_without_an_8_bit_copy_the_reason_is_told(model: LoadedModel, weights: Path) -> None:
    assert "8-bit" in choose_engine(model, weights, CPU).name


@pytest.mark.slow
def test_one_8_bit_copy_holds_both(model: LoadedModel, weights: Path) -> None:
    pytest.importorskip("nncf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quantisation, "CALIBRATION_CLIPS", 12)
        patch.setattr(quantisation, "MOST_LOST_ROC_AUC", 0.5)
        patch.setattr(quantisation, "MOST_MEAN_DIFFERENCE", 0.05)
        export_int8(model, weights, TRAIN, TEST)
    x = quantisation._sound(TEST, 0)
    quick = load_int8(weights, model.card.sha256, CPU, model.whole)(x)
    with torch.inference_mode():
        plain = model.whole.forward_with_embedding(x)
    assert (quick[0].sigmoid() - plain[0].sigmoid()).abs().max() < 0.1
    assert torch.cosine_similarity(quick[1], plain[1]).min() > 0.95
