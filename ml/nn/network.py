"""SampleCNN: raw samples in, one logit per label out.

The frame of ICASSP 2018 (figure 1): a strided stem, blocks that each down-sample the signal,
global max pooling of the last three blocks ("multi-level") and a head of two dense layers.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ml.config.network import MULTI_LEVELS, NetworkConfig

from .blocks import Block
from .layers import BATCH_NORM_EPS, BATCH_NORM_MOMENTUM, activation, conv, dense, norm

__all__ = ["NetworkConfig", "SampleCNN", "count_parameters"]


class SampleCNN(nn.Module):
    """A sample-level network.

    Input is ``(batch, channels, samples)``, float; ``samples`` must be ``config.samples``.
    """

    def __init__(self, config: NetworkConfig | None = None) -> None:
        super().__init__()
        self.config = config = config or NetworkConfig()
        self.stem = nn.Sequential(
            conv(config.channels, config.stem_width, config.stride, config.stride, padded=False),
            norm(config.stem_width),
            activation(config.activation),
        )
        widths = (config.stem_width, *config.widths)
        self.blocks = nn.ModuleList(Block(a, b, config) for a, b in pairwise(widths))
        self.head = _head(config)
        self.output = dense(config.embedding_width, config.labels)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, x: Tensor) -> Tensor:
        """Logits, ``(batch, labels)``."""
        return self.forward_with_embedding(x)[0]

    def embed(self, x: Tensor) -> Tensor:
        """Activations of the penultimate layer, ``(batch, config.embedding_width)``."""
        return self.forward_with_embedding(x)[1]

    def forward_with_embedding(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits ``(batch, labels)`` and embedding ``(batch, embedding_width)`` in one pass.

        Raises ``ValueError`` when the input does not have the configured shape.
        """
        embedding = self.head[:-1](self.features(x))
        return self.output(self.head[-1](embedding)), embedding

    def features(self, x: Tensor) -> Tensor:
        """The pooled features before the head, ``(batch, config.embedding_width)``."""
        self._check_shape(x)
        y = self.stem(x.unsqueeze(2).to(memory_format=torch.channels_last))
        levels = []
        for block in self.blocks:
            y = block(y)
            levels.append(y)
        kept = levels[-MULTI_LEVELS:] if self.config.multi_level else levels[-1:]
        return torch.cat([level.amax((2, 3)) for level in kept], dim=1)

    def scores(self, logits: Tensor) -> Tensor:
        """Probabilities for ``logits``: independent ones, or one distribution (softmax head)."""
        return logits.softmax(-1) if self.config.head == "softmax" else logits.sigmoid()

    def _check_shape(self, x: Tensor) -> None:
        expected = (self.config.channels, self.config.samples)
        if x.dim() != 3 or tuple(x.shape[1:]) != expected:
            raise ValueError(
                f"The network expects (batch, {expected[0]}, {expected[1]}), "
                f"it was given {tuple(x.shape)}."
            )


def count_parameters(network: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)


def _head(config: NetworkConfig) -> nn.Sequential:
    width = config.embedding_width
    return nn.Sequential(
        dense(width, width),
        nn.BatchNorm1d(width, eps=BATCH_NORM_EPS, momentum=BATCH_NORM_MOMENTUM),
        activation(config.activation),
        nn.Dropout(config.dropout),
    )
