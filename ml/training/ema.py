"""The moving average of a network's weights, which generalises better than the last ones.

Polyak and Juditsky, 1992; with the warm-up of the decay that lets an average start at once.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from ml.nn.network import SampleCNN


class WeightAverage:
    """Follows `network`: average ← decay · average + (1 - decay) · weights, after each update."""

    def __init__(self, network: SampleCNN, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._decay = decay

    @torch.no_grad()
    def update(self, network: SampleCNN, step: int) -> None:
        """Take in the weights and statistics that `network` has after update number `step`."""
        decay = min(self._decay, (1 + step) / (20 + step))
        pairs = zip(self.network.state_dict().values(), network.state_dict().values(), strict=True)
        floats: tuple[list[Tensor], list[Tensor]] = ([], [])
        for average, value in pairs:
            if average.is_floating_point():
                floats[0].append(average)
                floats[1].append(value)
            else:
                average.copy_(value)
        # One launch for all tensors: on a GPU a loop over them takes longer than their arithmetic.
        torch._foreach_lerp_(*floats, 1 - decay)
