"""What each clip is scored by an output layer that has not learnt from it: all clips count as
evidence, where a part held out would be a handful.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from sklearn.metrics import average_precision_score
from torch import Tensor

FOLDS = 5
# As long as the whole fit, which is convex: an epoch is ten of L-BFGS's iterations.
EPOCHS = 5
# What a known tag may lose of average precision; where it loses more its old output stays.
MOST_LOST = 0.01


class Fit(Protocol):
    """An output layer that is being fitted, as ml.training.head_fit does it."""

    def step(self) -> float:
        """Go on for an epoch; its loss."""

    def fitted(self) -> tuple[Tensor, Tensor]:
        """Weight `(labels, size)` and bias `(labels,)`."""

    def logits_before(self, embeddings: Tensor) -> Tensor:
        """`(clips, size)` → `(clips, labels)` by the outputs that it began with."""


@dataclass(frozen=True)
class CrossValidated:
    """Logits `(clips, labels)` before and after learning, and the labels, NaN where unknown."""

    before: npt.NDArray[np.float32]
    after: npt.NDArray[np.float32]
    targets: npt.NDArray[np.float32]

    def losing(self) -> npt.NDArray[np.bool_]:
        """Labels `(labels,)` whose average precision falls by more than MOST_LOST."""
        return np.array([self._loses(label) for label in range(self.targets.shape[1])])

    def of(self, label: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
        """Logits after learning and answers, of the clips whose label is known."""
        known = ~np.isnan(self.targets[:, label])
        return self.after[known, label], self.targets[known, label] > 0.5

    def _loses(self, label: int) -> bool:
        known = ~np.isnan(self.targets[:, label])
        answers = self.targets[known, label] > 0.5
        if answers.all() or not answers.any():
            return False
        before, after = (
            average_precision_score(answers, logits[known, label])
            for logits in (self.before, self.after)
        )
        return bool(after < before - MOST_LOST)


def cross_validate(
    make_fit: Callable[[Tensor, Tensor], Fit],
    embeddings: Tensor,
    targets: Tensor,
    *,
    seed: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> CrossValidated:
    """Fit FOLDS times without a part of the clips `(clips, …)`, which are then scored.

    `make_fit` makes the fit of embeddings and targets. Raises InterruptedError when stopped.
    """
    fold = np.random.default_rng(seed).permutation(len(embeddings)) % FOLDS
    after = torch.zeros_like(targets)
    before = torch.zeros_like(targets)
    for part in range(min(FOLDS, len(embeddings))):
        left_out = torch.from_numpy(fold == part)
        fit = make_fit(embeddings[~left_out], targets[~left_out])
        for _ in range(EPOCHS):
            if should_stop():
                raise InterruptedError("The training was stopped.")
            fit.step()
        weight, bias = fit.fitted()
        after[left_out] = embeddings[left_out] @ weight.T + bias
        before[left_out] = fit.logits_before(embeddings[left_out])
    return CrossValidated(*(part.cpu().numpy() for part in (before, after, targets)))
