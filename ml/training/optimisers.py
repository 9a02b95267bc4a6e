"""Optimisers by name, and what is done to their gradients and rates."""

from __future__ import annotations

import torch
from torch import nn

from ml.config.recipe import OptimiserSettings


def make_optimiser(network: nn.Module, settings: OptimiserSettings) -> torch.optim.Optimizer:
    """An optimiser of all trainable parameters; only matrices and filters decay."""
    trained = [p for p in network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": settings.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    rate = settings.learning_rate
    if settings.name == "sgd":
        return torch.optim.SGD(groups, rate, momentum=settings.momentum, nesterov=True)
    betas = (settings.momentum, settings.beta2)
    return torch.optim.AdamW(groups, rate, betas=betas, fused=True)


def set_learning_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """Set the rate of all parameters for the next step."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def clip_gradients(network: nn.Module, limit: float) -> None:
    """Scale the gradients so that their norm is at most `limit`; 0: leave them."""
    if limit:
        nn.utils.clip_grad_norm_(network.parameters(), limit)
