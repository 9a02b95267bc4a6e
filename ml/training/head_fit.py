"""The output layer fitted to labelled clips, anchored at its old weights: convex, one optimum.

The loss of what is known plus `anchor` times the squared change of each output's weights (L2-SP:
Li, Grandvalet, Davoine, 2018). An output's anchor counts in clips, so that few labels move it
little and many outweigh it; an output without a label stays exactly as it was.

People label what they meet, half of it yes: no fair sample of how common a tag is. So the fit has
an offset for each output to take that up, which known outputs do not keep: as in a case-control
study only the slopes are fitted, and the mean logit over the labelled clips stays (Prentice and
Pyke, 1979).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .losses import Loss

# Of L-BFGS, an epoch: short enough to stop in between and to see the figures move; the fit is
# convex, so that how it is cut into epochs changes nothing about where it ends.
ITERATIONS = 10


class HeadFit:
    """Fits a copy of `output` to `embeddings` `(clips, size)` and `targets` `(clips, labels)`.

    `anchor` `(labels,)` is how many clips' worth an output's old weights are; `is_new` `(labels,)`
    marks outputs without old weights, which take on the offset as well; `label_count` is how many
    labels of clips are known.
    """

    def __init__(
        self,
        output: nn.Linear,
        embeddings: Tensor,
        targets: Tensor,
        loss: Loss,
        *,
        anchor: Tensor,
        is_new: Tensor,
        label_count: int,
    ) -> None:
        self._weight = output.weight.detach().clone()
        self._bias = output.bias.detach().clone()
        self._targets, self._loss, self._is_new = targets, loss, is_new
        self._mean = embeddings.mean(0)
        self._centred = embeddings - self._mean
        self._before = embeddings @ self._weight.T + self._bias
        # In units of the embeddings' spread, so that it means the same for every network.
        self._anchor = anchor * self._centred.square().sum(1).mean() / (2 * max(label_count, 1))
        self._change = torch.zeros_like(self._weight, requires_grad=True)
        self._offset = torch.zeros_like(self._bias, requires_grad=True)
        self._optimiser = torch.optim.LBFGS(
            [self._change, self._offset], max_iter=ITERATIONS, line_search_fn="strong_wolfe"
        )

    def step(self) -> float:
        """One epoch's iterations; the loss of what is known, before them, with the penalty."""
        objective: Tensor = self._optimiser.step(self._objective)
        return float(objective.detach())

    def fitted(self) -> tuple[Tensor, Tensor]:
        """Weight `(labels, size)` and bias `(labels,)` as they are now."""
        change, offset = self._change.detach(), self._offset.detach()
        shift = torch.where(self._is_new, offset, torch.zeros_like(offset))
        return self._weight + change, self._bias + shift - change @ self._mean

    def fitted_only(self, changed: Tensor) -> tuple[Tensor, Tensor]:
        """The same for new labels and those of `changed` `(labels,)`; others as they were."""
        weight, bias = self.fitted()
        taken = self._is_new | changed.to(self._is_new.device)
        return weight.where(taken[:, None], self._weight), bias.where(taken, self._bias)

    def fitted_new_only(self) -> tuple[Tensor, Tensor]:
        """The same, with every known label's output as it was."""
        return self.fitted_only(torch.zeros_like(self._is_new))

    def logits_before(self, embeddings: Tensor) -> Tensor:
        """`(clips, size)` → `(clips, labels)`, as the outputs were before the fit."""
        return embeddings @ self._weight.T + self._bias

    def _objective(self) -> Tensor:
        self._optimiser.zero_grad()
        logits = self._before + self._centred @ self._change.T + self._offset
        penalty = (self._anchor * self._change.square().sum(1)).sum()
        objective = self._loss(logits, self._targets) + penalty
        objective.backward()
        return objective
