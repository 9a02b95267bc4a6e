"""Two networks that hear the same segment and answer as one: each label has its speaker."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ml.config.network import NetworkConfig

from .musicnn import Musicnn
from .network import SampleCNN

__all__ = ["NetworkPair"]


class NetworkPair(nn.Module):
    """The trunk, a SampleCNN with an output for every label, and a second network beside it.

    `shares` says for a column of the trunk's outputs which row of the second's answers it as well,
    and how much that counts: with 1 the second alone, with a half the mean of both logits. The
    embedding is the trunk's. Both must have independent outputs.
    """

    rows: Tensor
    share: Tensor

    def __init__(
        self, trunk: SampleCNN, second: Musicnn, shares: Mapping[int, tuple[int, float]]
    ) -> None:
        super().__init__()
        self.trunk, self.second = trunk, second
        beside = [shares.get(column, (0, 0.0)) for column in range(trunk.config.labels)]
        rows, share = zip(*beside, strict=True)
        self.register_buffer("rows", torch.tensor(rows), persistent=False)
        self.register_buffer("share", torch.tensor(share), persistent=False)

    @property
    def config(self) -> NetworkConfig:
        """The trunk's."""
        return self.trunk.config

    def forward(self, x: Tensor) -> Tensor:
        """Logits of `(batch, 1, samples)`, `(batch, labels)`."""
        return self.forward_with_embedding(x)[0]

    def forward_with_embedding(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits `(batch, labels)` and the trunk's embedding `(batch, embedding_width)`."""
        logits, embedding = self.trunk.forward_with_embedding(x)
        return self.joined(logits, self.second(x)), embedding

    def joined(self, logits: Tensor, second: Tensor) -> Tensor:
        """The trunk's logits `(batch, labels)` with the second's by their share."""
        beside = second.to(logits.dtype).index_select(1, self.rows)
        return torch.lerp(logits, beside, self.share.to(logits.dtype))

    def scores(self, logits: Tensor) -> Tensor:
        """Probabilities for `logits`."""
        return self.trunk.scores(logits)
