"""Two networks that hear the same segment and answer as one: each speaks for its own labels."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ml.config.network import NetworkConfig

from .musicnn import Musicnn
from .network import SampleCNN

__all__ = ["NetworkPair"]


class NetworkPair(nn.Module):
    """The trunk, a SampleCNN with an output for every label, and a second network beside it.

    `columns` are the trunk's outputs for which the second speaks instead, `rows` the second's
    outputs that do. The embedding is the trunk's. Both must have independent outputs.
    """

    chosen: Tensor

    def __init__(
        self, trunk: SampleCNN, second: Musicnn, columns: Sequence[int], rows: Sequence[int]
    ) -> None:
        super().__init__()
        self.trunk, self.second = trunk, second
        chosen = torch.arange(trunk.config.labels)
        chosen[list(columns)] = torch.tensor(list(rows), dtype=torch.long) + trunk.config.labels
        self.register_buffer("chosen", chosen, persistent=False)

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
        """The trunk's logits with the second's in the columns for which that one speaks."""
        return torch.cat([logits, second.to(logits.dtype)], 1).index_select(1, self.chosen)

    def scores(self, logits: Tensor) -> Tensor:
        """Probabilities for `logits`."""
        return self.trunk.scores(logits)
