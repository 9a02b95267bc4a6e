"""Optimisers and learning rates by name."""

from __future__ import annotations

import math

import torch

from ml.config.recipe import OptimiserSettings, ScheduleSettings
from ml.nn.network import SampleCNN


def make_optimiser(network: SampleCNN, settings: OptimiserSettings) -> torch.optim.Optimizer:
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


def learning_rate(
    optimiser: OptimiserSettings,
    schedule: ScheduleSettings,
    *,
    step: int,
    total: int,
    stage: int = 0,
    stage_step: int = 0,
) -> float:
    """The rate of update number `step` of `total`, or of `stage_step` within a `stage`."""
    rate = optimiser.learning_rate
    if schedule.name == "stages":
        return rate * schedule.factor**stage / (1 + optimiser.decay * stage_step)
    warm = min(1.0, (step + 1) / schedule.warmup) if schedule.warmup else 1.0
    cosine = 0.5 * (1 + math.cos(math.pi * min(step / total, 1.0)))
    return rate * warm * (schedule.floor + (1 - schedule.floor) * cosine)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate
