"""The networks have exactly the papers' sizes, shapes and orders of operations."""

from __future__ import annotations

from typing import Any, cast

import pytest
import torch

from ml.config.network import ACTIVATIONS, POOLINGS, ConfigError, NetworkConfig
from ml.nn.blocks import Block
from ml.nn.layers import SqueezeExcitation
from ml.nn.network import SampleCNN, count_parameters

SMALL: dict[str, Any] = {"samples": 81, "widths": (4, 4, 8), "stem_width": 4, "labels": 5}


def first_block(**settings: Any) -> Block:
    return cast(Block, SampleCNN(NetworkConfig(**SMALL, **settings)).eval().blocks[0])


@pytest.mark.parametrize(
    ("block", "convs", "multi_level", "se_ratio", "parameters"),
    [
        ("basic", 1, True, 16, 2_683_442),
        ("basic", 1, False, 16, 1_869_874),
        ("se", 1, True, 16, 24_742_706),
        ("se", 1, False, 16, 23_929_138),
        ("se", 1, True, 0.125, 2_858_066),
        ("se", 1, False, 0.125, 2_044_498),
        ("res", 1, True, 16, 2_849_586),
        ("res", 1, False, 16, 2_036_018),
        ("res", 2, True, 16, 4_920_882),
        ("res", 2, False, 16, 4_107_314),
        ("rese", 1, True, 16, 24_908_850),
        ("rese", 1, False, 16, 24_095_282),
        ("rese", 1, True, 0.125, 3_024_210),
        ("rese", 1, False, 0.125, 2_210_642),
        ("rese", 2, True, 16, 26_980_146),
        ("rese", 2, False, 16, 26_166_578),
        ("rese", 2, True, 0.125, 5_095_506),
        ("rese", 2, False, 0.125, 4_281_938),
    ],
)
def test_every_variant_has_the_papers_number_of_parameters(
    block: str, convs: int, multi_level: bool, se_ratio: float, parameters: int
) -> None:
    config = NetworkConfig(block=block, convs=convs, multi_level=multi_level, se_ratio=se_ratio)
    with torch.device("meta"):
        network = SampleCNN(config)
    assert count_parameters(network) == parameters


def test_the_lengths_are_powers_of_three_down_to_one() -> None:
    assert NetworkConfig().lengths() == tuple(3**k for k in range(9, -1, -1))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("pooling", POOLINGS)
def test_every_activation_and_pooling_gives_logits_and_gradients(
    activation: str, pooling: str
) -> None:
    network = SampleCNN(NetworkConfig(**SMALL, activation=activation, pooling=pooling))
    logits, embedding = network.forward_with_embedding(torch.randn(3, 1, 81))
    logits.sum().backward()
    assert logits.shape == (3, 5)
    assert embedding.shape == (3, 16)
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())


def test_two_channels_and_a_softmax_head_fit_another_kind_of_signal() -> None:
    network = SampleCNN(NetworkConfig(**SMALL, channels=2, head="softmax")).eval()
    scores = network.scores(network(torch.randn(2, 2, 81)))
    assert torch.allclose(scores.sum(1), torch.ones(2))


def test_without_multi_level_the_embedding_is_the_last_block() -> None:
    network = SampleCNN(NetworkConfig(**SMALL, multi_level=False)).eval()
    assert network.embed(torch.randn(2, 1, 81)).shape == (2, 8)


def test_a_silenced_body_leaves_a_residual_block_its_shortcut() -> None:
    block = first_block()
    torch.nn.init.zeros_(cast(torch.nn.BatchNorm2d, block.body[-1]).weight)
    x = torch.rand(2, 4, 1, 27)
    assert torch.equal(block(x), block.pool(x))


def test_an_se_block_scales_the_pooled_signal_by_gates_between_zero_and_one() -> None:
    block = first_block(block="se", convs=1)
    x = torch.rand(2, 4, 1, 27)
    pooled = block.pool(block.activation(block.body(x)))
    gates = cast(SqueezeExcitation, block.excitation).gates(pooled)
    assert ((gates > 0) & (gates < 1)).all()
    assert torch.allclose(block(x), pooled * gates[:, :, None, None])


def test_an_input_of_another_length_is_refused_with_both_shapes() -> None:
    network = SampleCNN(NetworkConfig(**SMALL))
    with pytest.raises(ValueError, match=r"\(batch, 1, 81\).*\(2, 1, 80\)"):
        network(torch.randn(2, 1, 80))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"block": "dense"}, "block is 'dense'"),
        ({"convs": 3}, r"convs is 3; .* from 1 to 2"),
        ({"convs": True}, "convs is True"),
        ({"widths": 3}, "widths is 3"),
        ({"widths": (8, 0, 8)}, "widths is"),
        ({"dropout": "a"}, "dropout is 'a'"),
        ({"dropout": float("nan")}, "dropout is nan"),
        ({"multi_level": "false"}, "true or false"),
        ({"stride": 1}, r"stride is 1; .* from 2"),
        ({"se_ratio": 0}, "se_ratio"),
        ({"activation": "tanh"}, "activation"),
        ({"pooling": "min"}, "pooling"),
        ({"head": "linear"}, "head"),
        ({"dropout": 1.0}, "dropout"),
        ({"samples": 1000}, "too short"),
        ({"widths": (8, 8)}, "multi_level"),
        ({"labels": 1, "head": "softmax"}, "softmax"),
    ],
)
def test_a_bad_setting_is_refused_by_name(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        NetworkConfig(**settings)  # type: ignore[arg-type]


def test_a_configuration_survives_the_trip_through_a_dictionary() -> None:
    config = NetworkConfig(block="se", convs=1, se_ratio=16)
    assert NetworkConfig.from_dict(config.as_dict()) == config
    with pytest.raises(ConfigError, match="colour"):
        NetworkConfig.from_dict({"colour": "blue"})
