"""Training a network on labelled beats, and asking it for probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ml.config.recipe import OptimiserSettings, ScheduleSettings
from ml.ecg.beats import Array
from ml.training.losses import make_loss
from ml.training.optimisers import make_optimiser, set_learning_rate
from ml.training.schedule import learning_rate

PREDICTION_BATCH = 512
DRIFT_KNOTS = 8


@dataclass(frozen=True)
class FitSettings:
    """One cycle of AdamW on cross-entropy.

    `noise` is the standard deviation of what is added to an input, whose mean square is 1;
    `jitter` by how many of its 128 samples a batch is moved at most. Of the rows of signal,
    `drift` is the standard deviation of a slow disturbance (as flutter or the beat before leave
    it), which has DRIFT_KNOTS corners. The last row is the rhythm where `rhythm_dropout` is not 0:
    the share of beats that are shown without it, so that the shape has to do. `members` are trained
    so, each with a seed of its own, to judge together.
    """

    epochs: int = 20
    batch_size: int = 64
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    noise: float = 0.1
    jitter: int = 3
    drift: float = 0.0
    rhythm_dropout: float = 0.0
    # As many as a core can train in the five seconds of a patient. Most of what two trainings
    # differ in is chance, which their mean leaves out.
    members: int = 3


def fit(
    network: nn.Module,
    inputs: Array,
    classes: npt.NDArray[np.int64],
    labels: int,
    *,
    seed: int,
    settings: FitSettings = FitSettings(),
) -> nn.Module:
    """Train `network` on `inputs` `(beats, channels, samples)`; returns it in evaluation mode.

    Each of `classes` `(beats,)` is below `labels`. What comes out depends on the seed, the
    network's initial weights and the order of the beats alone.
    """
    torch.manual_seed(seed)
    x = torch.from_numpy(np.ascontiguousarray(inputs, np.float32))
    y = nn.functional.one_hot(torch.from_numpy(classes), labels).float()
    with _one_thread():
        return _fitted(network, x, y, settings)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Convolutions this small are done before a second thread has woken up."""
    usual = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def _fitted(network: nn.Module, x: Tensor, y: Tensor, settings: FitSettings) -> nn.Module:
    loss = make_loss("cross_entropy", "softmax")
    optimiser_settings = OptimiserSettings(
        learning_rate=settings.learning_rate, weight_decay=settings.weight_decay
    )
    optimiser = make_optimiser(network, optimiser_settings)
    total = settings.epochs * max(1, len(x) // settings.batch_size)
    schedule = ScheduleSettings(warmup=total // 10)
    network.train()
    for step, chosen in enumerate(_batches(len(x), settings)):
        set_learning_rate(
            optimiser, learning_rate(optimiser_settings, schedule, step=step, total=total)
        )
        batch_loss = loss(network(augmented(x[chosen], settings)), y[chosen])
        optimiser.zero_grad()
        batch_loss.backward()
        optimiser.step()
    return _settled(network, x)


def _settled(network: nn.Module, x: Tensor) -> nn.Module:
    """`network` in evaluation mode, its normalisation's statistics those of all of `x`.

    The trunk's running ones follow at 1 % an update: made for long trainings, they are still on
    their way when one of a few hundred updates ends.
    """
    network.eval()
    norms = [m for m in network.modules() if isinstance(m, nn.BatchNorm1d | nn.BatchNorm2d)]
    usual = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    if norms:
        with torch.no_grad():
            # One beat alone at the end has no variance to be normalised by.
            for part in x.split(PREDICTION_BATCH):
                if len(part) > 1:
                    network(part)
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
    return network.eval()


def _batches(size: int, settings: FitSettings) -> Iterator[Tensor]:
    """Every beat once an epoch, but for a rest too small for a batch of its own."""
    for _ in range(settings.epochs):
        order = torch.randperm(size)
        for k in range(max(1, size // settings.batch_size)):
            yield order[k * settings.batch_size : (k + 1) * settings.batch_size]


def augmented(x: Tensor, settings: FitSettings) -> Tensor:
    """`x` `(beats, channels, samples)` as an epoch shows it: never twice the same."""
    moved = int(torch.randint(-settings.jitter, settings.jitter + 1, ()))
    changed = torch.roll(x, moved, -1) + settings.noise * torch.randn_like(x)
    if settings.drift:
        changed[:, :-1] += settings.drift * _slow_noise(x[:, :-1])
    if settings.rhythm_dropout:
        changed[:, -1] *= torch.rand(len(x), 1) >= settings.rhythm_dropout
    return changed


def _slow_noise(like: Tensor) -> Tensor:
    """Straight lines between DRIFT_KNOTS random heights, in the shape `like`."""
    knots = torch.randn(*like.shape[:2], DRIFT_KNOTS)
    size = like.shape[-1]
    lines: Tensor = nn.functional.interpolate(knots, size, mode="linear", align_corners=True)
    return lines


def probabilities(network: nn.Module, inputs: Array) -> Array:
    """`(beats, labels)`, each row summing to 1."""
    rows = torch.from_numpy(np.ascontiguousarray(inputs, np.float32)).split(PREDICTION_BATCH)
    with _one_thread(), torch.inference_mode():
        found = [network(part).softmax(-1) for part in rows if len(part)]
    return torch.cat(found).numpy() if found else np.zeros((0, 0), np.float32)
