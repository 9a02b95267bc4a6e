from __future__ import annotations

import pytest
import torch

from ml.config.network import NetworkConfig
from ml.export.int8_network import for_eight_bits
from ml.nn.network import SampleCNN

SAMPLES = 3**9


def network(block: str = "rese", channels: int = 1) -> SampleCNN:
    torch.manual_seed(0)
    config = NetworkConfig(
        block=block, channels=channels, samples=SAMPLES, labels=4, stem_width=8, widths=(8,) * 8
    )
    made = SampleCNN(config).train()
    for _ in range(4):
        made(torch.randn(4, channels, SAMPLES) * 0.3)
    return made.eval()


@torch.inference_mode()
def difference(made: SampleCNN, sound: torch.Tensor) -> float:
    """Of the embeddings, as a share of them."""
    plain, other = made.embed(sound), for_eight_bits(made).embed(sound)
    return float((plain - other).norm() / plain.norm())


@pytest.mark.parametrize(
    ("block", "channels"), [("basic", 1), ("se", 1), ("res", 1), ("rese", 1), ("rese", 2)]
)
def test_written_for_eight_bits_a_network_is_the_same_function(block: str, channels: int) -> None:
    sound = torch.randn(2, channels, SAMPLES) * 0.3
    assert difference(network(block, channels), sound) < 0.03


def test_music_forty_decibels_softer_is_still_heard() -> None:
    made = network()
    sound = torch.randn(2, 1, SAMPLES) * 0.003
    # One number of eight bits, of steps of 1/64, would hold nothing of it.
    assert sound.abs().max() < 1 / 64
    assert difference(made, sound) < 0.1


def test_the_network_itself_is_left_as_it_was() -> None:
    made = network()
    before = {name: value.clone() for name, value in made.state_dict().items()}
    for_eight_bits(made)
    after = made.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(parameter.requires_grad for parameter in made.parameters())
