"""Counting multiply-accumulate operations from the layers that really run."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from .network import SampleCNN


def count_macs(network: SampleCNN) -> int:
    """Multiplications of all convolutions and dense layers for one segment."""
    counts: list[int] = []

    def count(layer: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> None:
        # Each output value is the dot product of one filter: the weight without its first axis.
        if isinstance(layer.weight, Tensor):
            counts.append(output.numel() * prod(layer.weight.shape[1:]))

    counted = (nn.Conv1d, nn.Conv2d, nn.Linear)
    layers = [layer for layer in network.modules() if isinstance(layer, counted)]
    handles = [layer.register_forward_hook(count) for layer in layers]
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, network.config.channels, network.config.samples))
    finally:
        for handle in handles:
            handle.remove()
    return sum(counts)
