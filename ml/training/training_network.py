"""The network as the training loop calls it: frozen where due, compiled, distributed."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ml.config.recipe import TrainingSettings

from . import distributed
from .checkpoint import State
from .freezing import copy_lowest, freeze_batch_norm, freeze_lowest


class TrainingNetwork:
    """`state.network` in training mode; `total` is the number of updates the recipe asks for."""

    def __init__(
        self, state: State, settings: TrainingSettings, total: int, device: torch.device
    ) -> None:
        self._state, self._settings, self._device = state, settings, device
        self._freeze_from = settings.freeze_after * total
        self._frozen = False
        self._forward: nn.Module = state.network

    def __call__(self, x: Tensor) -> Tensor:
        """Sound `(batch, channels, samples)` → logits `(batch, labels)`."""
        logits: Tensor = self._forward(x)
        return logits

    def prepare(self) -> None:
        """Bring the network back into training mode, as an evaluation leaves it in the other."""
        network = self._state.network.train()
        if self._settings.frozen_statistics:
            freeze_batch_norm(network)
        if self._freeze_is_due():
            freeze_lowest(network, self._settings.frozen_blocks)
            self._frozen = True
        compiled = torch.compile(network) if self._settings.compile else network
        self._forward = distributed.wrap(compiled, self._device)  # type: ignore[arg-type]

    def freeze_if_due(self) -> None:
        """At its update, freeze the lowest layers with the weights that are evaluated.

        Those are the averaged ones where there is an average: else the two would differ for ever.
        """
        if self._freeze_is_due() and not self._frozen:
            state = self._state
            copy_lowest(state.network, state.eval_network, self._settings.frozen_blocks)
            self.prepare()

    def _freeze_is_due(self) -> bool:
        return self._settings.frozen_blocks > 0 and self._state.step >= self._freeze_from
