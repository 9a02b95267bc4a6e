"""The losses, each with the coding of targets it needs, by name.

All take logits and targets in [0, 1], both `(batch, labels)`, and give a scalar. MSE is taken on
probabilities; the exponential and the hinge loss act on raw scores and recode targets to [-1, 1]
(Charalampakis and Pitas, 1D convolutional neural networks for signal processing).
A target that is NaN is not known: `make_masked_loss` leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from ml.config.network import ConfigError
from ml.config.recipe import LOSSES, Recipe
from ml.data.magnatagatune.split import Split

Loss = Callable[[Tensor, Tensor], Tensor]


def make_loss(name: str, head: str, *, beta: float = 1.0) -> Loss:
    """The loss called `name` for a network with this `head`.

    Raises ConfigError for an unknown name or one that contradicts the head.
    """
    if name not in LOSSES:
        raise ConfigError(f"training.loss is {name!r}; it must be one of {', '.join(LOSSES)}.")
    if (name == "cross_entropy") != (head == "softmax") and name != "mse":
        raise ConfigError(
            f"The loss {name!r} does not fit a {head} head: cross_entropy is for one label a "
            "sound (softmax), the others are for independent labels (sigmoid)."
        )
    if name == "cross_entropy":
        return _cross_entropy
    each = _elementwise(name, head, beta)
    return lambda logits, targets: each(logits, targets).mean()


def recipe_loss(recipe: Recipe, *splits: Split) -> Loss:
    """The recipe's loss, which leaves out what `splits` do not say.

    Raises ConfigError as the other two do.
    """
    head = str(recipe.network.get("head", "sigmoid"))
    name, beta = recipe.training.loss, recipe.training.loss_beta
    everything = all(split.known is None for split in splits)
    return (make_loss if everything else make_masked_loss)(name, head, beta=beta)


def make_masked_loss(name: str, head: str, *, beta: float = 1.0) -> Loss:
    """The loss called `name` over the targets that are known; of a batch without any it is 0.

    Raises ConfigError as `make_loss`, and for a softmax head, whose outputs are not independent.
    """
    make_loss(name, head)
    if head == "softmax":
        raise ConfigError("A softmax head needs a target for every label of every clip.")
    each = _elementwise(name, head, beta)

    def masked(logits: Tensor, targets: Tensor) -> Tensor:
        # Picking out the known ones would make the CPU wait for a GPU, to learn how many they are.
        known = ~targets.isnan()
        zero = logits.new_zeros(())
        losses = each(torch.where(known, logits, zero), torch.where(known, targets, zero))
        return torch.where(known, losses, zero).sum() / known.sum().clamp_min(1)

    return masked


def _elementwise(name: str, head: str, beta: float) -> Loss:
    """The loss of each label of each sound, `(batch, labels)`."""
    losses: dict[str, Loss] = {
        "bce": lambda logits, targets: F.binary_cross_entropy_with_logits(
            logits, targets, reduction="none"
        ),
        "mse": lambda logits, targets: (_probabilities(logits, head) - targets).square(),
        "exponential": lambda logits, targets: torch.exp(-beta * logits * _signed(targets)),
        "hinge": lambda logits, targets: F.relu(1 - logits * _signed(targets)),
    }
    return losses[name]


def _probabilities(logits: Tensor, head: str) -> Tensor:
    return logits.softmax(-1) if head == "softmax" else logits.sigmoid()


def _signed(targets: Tensor) -> Tensor:
    return 2 * targets - 1


def _cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    # A clip without any label has no distribution: it counts nothing, rather than dividing by 0.
    distribution = targets / targets.sum(-1, keepdim=True).clamp_min(1e-6)
    return F.cross_entropy(logits, distribution)
