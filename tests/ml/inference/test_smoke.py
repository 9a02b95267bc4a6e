"""The smoke set lets the model that ships pass, and finds networks that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from ml.checkpoints.weights import default_model_path, load_model, save_model
from ml.inference.smoke import smoke_set, smoke_test
from ml.inference.tagger import Tagger

pytestmark = pytest.mark.slow


def altered(folder: Path, *, harp: float = 0.0, weights: float = 1.0) -> Tagger:
    """The shipped networks, the output for the harp raised and all output weights scaled."""
    loaded = load_model(default_model_path())
    assert loaded.second is not None
    with torch.no_grad():
        for network in (loaded.network, loaded.second):
            network.output.weight.mul_(weights)
        bias: Tensor = loaded.network.output.bias
        bias[loaded.card.labels.index("harp")].add_(harp)
    path = folder / "altered.safetensors"
    save_model(path, loaded.network, loaded.card, loaded.second)
    return Tagger.load(path, threads=1)


def test_the_model_that_ships_passes() -> None:
    result = smoke_test(Tagger.load(threads=1))
    assert result.sounds == list(smoke_set())
    assert result.problems == []


@pytest.mark.parametrize(
    ("alteration", "problem"),
    [
        ({"harp": 20.0}, "It is sure to hear harp in silence."),
        ({"weights": 0.0}, "It answers the same to silence, noise, a chord and drums."),
    ],
)
def test_what_is_broken_is_named(
    alteration: dict[str, float], problem: str, tmp_path: Path
) -> None:
    assert smoke_test(altered(tmp_path, **alteration)).problems == [problem]
