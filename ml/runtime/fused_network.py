"""The papers' networks for inference on a CPU: the same numbers as SampleCNN, several times faster.

Built from a trained network, for inference only; ml.runtime.fused_block says where the time goes.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ml.config.network import MULTI_LEVELS, NetworkConfig
from ml.nn.blocks import KERNEL
from ml.nn.network import SampleCNN

from .folding import folded_conv, folded_dense, windows
from .fused_block import FusedBlock
from .fused_layers import Dense

# A signal larger than this, in bytes, leaves no room in a core's cache for a second segment's.
_CACHED = 2**18


def can_be_fused(config: NetworkConfig) -> bool:
    """Whether this configuration is one of the papers', and this machine has oneDNN."""
    return (
        torch.backends.mkldnn.is_available()
        and (config.activation, config.pooling, config.stride) == ("relu", "max", KERNEL)
        and config.samples == KERNEL ** (len(config.widths) + 1) * config.lengths()[-1]
    )


class FusedNetwork:
    """A frozen copy of `network`, which must be one that `can_be_fused`, computing in `dtype`."""

    def __init__(self, network: SampleCNN, dtype: torch.dtype) -> None:
        self.dtype = dtype
        config = network.config
        weight, bias = folded_conv(network.stem[0], network.stem[1])
        self._stem = Dense((windows(weight), bias), dtype)
        lengths = config.lengths()
        self._blocks = [
            FusedBlock(block, length, dtype)  # type: ignore[arg-type]
            for block, length in zip(network.blocks, lengths, strict=False)
        ]
        self._levels = MULTI_LEVELS if config.multi_level else 1
        self._alone = min(_large_blocks(config, dtype), len(self._blocks) - self._levels)
        self._head = Dense(folded_dense(network.head[0], network.head[1]), dtype)
        self._output = Dense((network.output.weight, network.output.bias), dtype)

    def forward_with_embedding(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """`(batch, channels, samples)` → logits `(batch, labels)`, embedding `(batch, size)`."""
        signals = [self._long_part(segment) for segment in x.split(1)]
        y = torch.cat(signals)
        levels = []
        for block in self._blocks[self._alone :]:
            y = block(y)
            levels.append(y)
        features = torch.cat([level.amax(1) for level in levels[-self._levels :]], dim=1)
        embedding = self._head(features, "relu")
        return self._output(embedding), embedding

    def _long_part(self, x: Tensor) -> Tensor:
        """The stem and the blocks whose signals fill the cache: one segment at a time."""
        moments = x.to(self.dtype).unflatten(2, (-1, KERNEL)).permute(0, 2, 3, 1).flatten(2)
        y = self._stem(moments, "relu")
        for block in self._blocks[: self._alone]:
            y = block(y)
        return y


def _large_blocks(config: NetworkConfig, dtype: torch.dtype) -> int:
    """How many blocks, from the first on, work on signals too large for two at a time."""
    widths = (config.stem_width, *config.widths)
    sizes = (
        length * max(before, after) * dtype.itemsize
        for length, before, after in zip(config.lengths(), widths, config.widths, strict=False)
    )
    return sum(size > _CACHED for size in sizes)
