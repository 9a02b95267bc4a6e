"""The maximum goes before relu and normalisation, and nobody can tell."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from distillation.networks import TAGS, Network
from ml.config.labels import LABEL_NAMES

CHANNELS = 8


def network(*shape: int) -> Network:
    """Random weights; every second channel's scale is negative."""
    torch.manual_seed(0)
    signs = torch.tensor([1.0, -1.0]).repeat(CHANNELS // 2)
    variables = {
        "conv/kernel": torch.randn(*shape, CHANNELS),
        "conv/bias": torch.randn(CHANNELS),
        "norm/gamma": signs * (torch.rand(CHANNELS) + 0.5),
        "norm/beta": torch.randn(CHANNELS),
        "norm/moving_mean": torch.randn(CHANNELS),
        "norm/moving_variance": torch.rand(CHANNELS) + 0.5,
    }
    return Network(variables, torch.float32)


def plainly(net: Network, convolved: Tensor) -> Tensor:
    return net.norm(convolved.relu(), "norm")


def test_the_highest_of_a_row_is_what_it_would_be_the_long_way() -> None:
    net = network(7, 5, 1)
    patches = torch.randn(2, 3, 6, 7, 5)
    kernel, bias = net.parameters("conv")
    convolved = patches.flatten(3) @ kernel.flatten(0, 2) + bias
    expected = plainly(net, convolved).amax(2)
    assert torch.allclose(net.highest(patches, "conv", "norm"), expected, atol=1e-5)


@pytest.mark.parametrize(("size", "stride"), [((4, 1), 2), ((2, 2), 2)])
def test_pooling_gives_what_it_would_the_long_way(size: tuple[int, int], stride: int) -> None:
    net = network(3, 3, 4)
    x = torch.randn(2, 4, 12, 10)
    kernel, bias = net.parameters("conv")
    convolved = F.conv2d(x, kernel.permute(3, 2, 0, 1), bias, padding=1)
    whole = plainly(net, convolved.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
    expected = F.max_pool2d(whole, size, stride)
    assert torch.allclose(net.pooled(x, "conv", "norm", size, stride), expected, atol=1e-5)


def test_the_teachers_know_our_tags_and_no_others() -> None:
    assert sorted(TAGS) == sorted(LABEL_NAMES)
