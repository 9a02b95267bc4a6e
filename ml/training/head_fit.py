"""The output layer fitted to judged clips, held to what it knew: convex, so there is one answer.

The loss of what is known plus `pull` times the squared change of each output's weights (L2-SP: Li,
Grandvalet, Davoine, 2018). An output's pull counts in clips, so that few verdicts move it little
and many outweigh it; an output that nobody has judged stays exactly as it was.

People judge what they meet, half of it yes: no fair sample of how common a tag is. So the fit has
an offset for each output to take that up, which known outputs do not keep: as in a case-control
study only the slopes are learnt, and the mean logit over the judged clips stays (Prentice and Pyke,
1979).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from .losses import Loss

ITERATIONS = 10  # of L-BFGS, an epoch


class OutputFit:
    """Fits a copy of `output` to `embeddings` `(clips, size)` and `targets` `(clips, labels)`.

    `pull` `(labels,)` is how many clips' worth what an output knew is; `fresh` `(labels,)` marks
    those that knew nothing and take on the offset as well; `judged` is the number of judgements,
    one for a label of a clip.
    """

    def __init__(
        self,
        output: nn.Linear,
        embeddings: Tensor,
        targets: Tensor,
        loss: Loss,
        *,
        pull: Tensor,
        fresh: Tensor,
        judged: int,
    ) -> None:
        self._weight = output.weight.detach().clone()
        self._bias = output.bias.detach().clone()
        self._targets, self._loss, self._fresh = targets, loss, fresh
        self._mean = embeddings.mean(0)
        self._centred = embeddings - self._mean
        self._before = embeddings @ self._weight.T + self._bias
        # In units of the embeddings' spread, so that it means the same for every network.
        self._pull = pull * self._centred.square().sum(1).mean() / (2 * max(judged, 1))
        self._change = torch.zeros_like(self._weight, requires_grad=True)
        self._offset = torch.zeros_like(self._bias, requires_grad=True)
        self._optimiser = torch.optim.LBFGS(
            [self._change, self._offset], max_iter=ITERATIONS, line_search_fn="strong_wolfe"
        )

    def advance(self) -> float:
        """One epoch's iterations; the loss of what is known, before them, with the pull's part."""
        objective: Tensor = self._optimiser.step(self._objective)
        return float(objective.detach())

    def fitted(self) -> tuple[Tensor, Tensor]:
        """Weight `(labels, size)` and bias `(labels,)` as they are now."""
        change, offset = self._change.detach(), self._offset.detach()
        shift = torch.where(self._fresh, offset, torch.zeros_like(offset))
        return self._weight + change, self._bias + shift - change @ self._mean

    def fitted_fresh(self) -> tuple[Tensor, Tensor]:
        """The same, with every output that knew something as it was."""
        weight, bias = self.fitted()
        fresh = self._fresh
        return weight.where(fresh[:, None], self._weight), bias.where(fresh, self._bias)

    def _objective(self) -> Tensor:
        self._optimiser.zero_grad()
        logits = self._before + self._centred @ self._change.T + self._offset
        held = (self._pull * self._change.square().sum(1)).sum()
        objective = self._loss(logits, self._targets) + held
        objective.backward()
        return objective
