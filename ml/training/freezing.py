"""Keeping the lowest layers as they are.

The stem and the first two blocks take two thirds of the arithmetic and even more of the memory
traffic; their filters settle first. Once they are frozen an update costs about half.
(Brock et al., "FreezeOut", 2017.)
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from ml.nn.network import SampleCNN


def lowest(network: SampleCNN, blocks: int) -> Iterator[nn.Module]:
    """The stem and the first `blocks` blocks; nothing when `blocks` is 0."""
    if blocks:
        yield network.stem
        yield from network.blocks[:blocks]


def freeze(network: SampleCNN, blocks: int) -> None:
    """Stop the lowest layers from learning, their normalisation statistics included."""
    for module in lowest(network, blocks):
        module.eval().requires_grad_(False)


def keep_statistics(network: SampleCNN) -> None:
    """Normalise by the statistics that are there, in training too; scales and shifts may learn."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            module.eval()


def adopt(network: SampleCNN, source: SampleCNN, blocks: int) -> None:
    """Copy the lowest layers of `source`."""
    pairs = zip(lowest(network, blocks), lowest(source, blocks), strict=True)
    for module, other in pairs:
        module.load_state_dict(other.state_dict())
