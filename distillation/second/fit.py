"""The last layers of MSD_musicnn, fitted to the pool: both vocabularies out of one network.

The convolutions stay as they are. The dense layer keeps the teacher's units and gets new ones; what
the teacher says of its own tags is where the fit begins and, by an anchor, near where it ends
(L2-SP: Li, Grandvalet, Davoine, 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from distillation.networks import MILLION_SONG_TAGS
from distillation.student.targets import Targets
from ml.config.labels import MILLION_SONG_PREFIX
from ml.nn.musicnn import Musicnn, MusicnnConfig

NEW_UNITS = 64
BATCH, PASSES, RATE = 256, 15, 1e-3
# Of 1e-4, 1e-3 and 1e-2 the loss on validation was the same to 1e-4: so the least change.
ANCHOR = 1e-2
# A feature that hardly varies is no measure of its own change.
LEAST_SPREAD = 0.05


@dataclass(frozen=True)
class Heard:
    """Features of segments `(segments, features)` with their rows in the targets' scores."""

    features: Tensor
    rows: Tensor

    def clips(self, targets: Targets) -> Tensor:
        """The clip of each segment, `(segments,)`."""
        return torch.from_numpy(
            np.searchsorted(targets.rows(), self.rows.numpy(), side="right") - 1
        )

    def of_split(self, targets: Targets, split: str) -> Heard:
        """The segments of a split."""
        chosen = torch.from_numpy(np.array(targets.splits) == split)[self.clips(targets)]
        return Heard(self.features[chosen], self.rows[chosen])


def fit(teacher: Musicnn, heard: Heard, targets: Targets, seed: int = 0) -> Musicnn:
    """`teacher`'s convolutions with an output for every tag of `targets`."""
    torch.manual_seed(seed)
    head = _Head(teacher, heard, targets)
    wanted, chances = _wanted(heard, targets)
    optimiser = torch.optim.AdamW(head.changes, lr=RATE, weight_decay=0)
    steps = PASSES * len(wanted) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps)
    for _ in range(steps):
        chosen = torch.multinomial(chances, BATCH, replacement=True)
        loss = loss_of(head.logits(heard.features[chosen]), wanted[chosen])
        optimiser.zero_grad()
        (loss + ANCHOR * head.distance() / wanted.shape[1]).backward()
        optimiser.step()
        schedule.step()
    return head.network(teacher)


def loss_of(logits: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy, what is unknown (NaN) left out."""
    known = ~wanted.isnan()
    return F.binary_cross_entropy_with_logits(logits[known], wanted[known]) * known.float().mean()


def _wanted(heard: Heard, targets: Targets) -> tuple[Tensor, Tensor]:
    """Targets `(segments, tags)`, and how often each segment is drawn."""
    chances = targets.chances[heard.clips(targets).numpy()]
    return torch.from_numpy(targets.bounded()[heard.rows.numpy()]), torch.from_numpy(chances)


class _Head:
    """Two dense layers as they were, and their changes in units of the features' spread."""

    def __init__(self, teacher: Musicnn, heard: Heard, targets: Targets) -> None:
        outputs = len(targets.tags)
        self.mean = heard.features.mean(0)
        self.spread = heard.features.std(0) + LEAST_SPREAD
        fresh = torch.randn(NEW_UNITS, teacher.config.features) / self.spread
        fresh *= 0.5 / teacher.config.features**0.5
        weight = torch.zeros(outputs, teacher.config.hidden + NEW_UNITS)
        bias = _log_odds(_wanted(heard, targets)[0])
        own = [targets.tags.index(MILLION_SONG_PREFIX + tag) for tag in MILLION_SONG_TAGS]
        weight[own, : teacher.config.hidden] = teacher.output.weight
        bias[own] = teacher.output.bias
        self.before = (
            torch.cat([teacher.hidden.weight, fresh]),
            torch.cat([teacher.hidden.bias, -(fresh @ self.mean)]),
            weight,
            bias,
        )
        self.changes = [torch.zeros_like(each, requires_grad=True) for each in self.before]

    def logits(self, features: Tensor) -> Tensor:
        weights = self._weights()
        return F.linear(F.linear(features, *weights[:2]).relu(), *weights[2:])

    def distance(self) -> Tensor:
        """How far all has moved, squared."""
        return torch.stack([change.square().sum() for change in self.changes]).sum()

    def _weights(self) -> tuple[Tensor, ...]:
        first = self.changes[0] / self.spread
        return (
            self.before[0] + first,
            self.before[1] + self.changes[1] - first @ self.mean,
            self.before[2] + self.changes[2],
            self.before[3] + self.changes[3],
        )

    @torch.no_grad()
    def network(self, teacher: Musicnn) -> Musicnn:
        weights = self._weights()
        shape = {"hidden": len(weights[1]), "labels": len(weights[3])}
        made = Musicnn(MusicnnConfig(**(teacher.config.as_dict() | shape)))
        ears = {k: v for k, v in teacher.state_dict().items() if k.split(".")[0] not in _DENSE}
        dense = zip(_DENSE, (weights[:2], weights[2:]), strict=True)
        head = {
            f"{layer}.{part}": tensor
            for layer, pair in dense
            for part, tensor in zip(("weight", "bias"), pair, strict=True)
        }
        made.load_state_dict(ears | head)
        return made.eval().requires_grad_(False)


_DENSE = ("hidden", "output")


def _log_odds(wanted: Tensor) -> Tensor:
    share = wanted.nanmean(0).clamp(0.005, 0.9)
    return torch.log(share / (1 - share))
