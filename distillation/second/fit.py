"""The last layers of MSD_musicnn, fitted to the pool: both vocabularies out of one network.

The convolutions stay as they are. The dense layer keeps the teacher's units and gets new ones; what
the teacher says of its own tags is where the fit begins and, by an anchor, near where it ends
(L2-SP: Li, Grandvalet, Davoine, 2018). A part of every batch is no music.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from distillation.networks import MILLION_SONG_TAGS
from ml.config.labels import MILLION_SONG_PREFIX
from ml.nn.musicnn import Musicnn, MusicnnConfig

NEW_UNITS = 64
BATCH, PASSES, RATE = 256, 15, 1e-3
# With 1e-2 the first vocabulary's average precision on validation is .01 lower, with 1e-3 .006
# higher; the loss differs by 2e-4.
ANCHOR = 3e-3
# With none a quarter of the segments of noise have a tag above 0.3; with a fifth one in forty, and
# validation loses nothing; with three tenths its average precision falls by .006.
NOISE_SHARE = 0.2
# A feature that hardly varies is no measure of its own change.
LEAST_SPREAD = 0.05


@dataclass(frozen=True)
class Heard:
    """Features of segments `(segments, features)`, what is wanted of their scores, NaN where nobody
    knows, `(segments, tags)`, and how often each is drawn, against the others, `(segments,)`.
    """

    features: Tensor
    wanted: Tensor
    chances: Tensor

    def beside(self, others: Heard, share: float) -> Heard:
        """Both, so that `share` of what is drawn is one of the others."""
        parts = ((self, 1 - share), (others, share))
        return Heard(
            torch.cat([self.features, others.features]),
            torch.cat([self.wanted, others.wanted]),
            torch.cat([of * part.chances / part.chances.sum() for part, of in parts]),
        )


def fit(teacher: Musicnn, music: Heard, noises: Heard, tags: list[str], seed: int = 0) -> Musicnn:
    """`teacher`'s convolutions with an output for every one of `tags`."""
    torch.manual_seed(seed)
    head = _Head(teacher, music, tags)
    heard = music.beside(noises, NOISE_SHARE)
    optimiser = torch.optim.AdamW(head.changes, lr=RATE, weight_decay=0)
    steps = PASSES * len(heard.wanted) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps)
    for _ in range(steps):
        chosen = torch.multinomial(heard.chances, BATCH, replacement=True)
        loss = loss_of(head.logits(heard.features[chosen]), heard.wanted[chosen])
        optimiser.zero_grad()
        (loss + ANCHOR * head.distance() / len(tags)).backward()
        optimiser.step()
        schedule.step()
    return head.network(teacher)


def loss_of(logits: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy, what is unknown (NaN) left out."""
    known = ~wanted.isnan()
    return F.binary_cross_entropy_with_logits(logits[known], wanted[known]) * known.float().mean()


class _Head:
    """Two dense layers as they were, and their changes in units of the features' spread."""

    def __init__(self, teacher: Musicnn, heard: Heard, tags: list[str]) -> None:
        outputs = len(tags)
        self.mean = heard.features.mean(0)
        self.spread = heard.features.std(0) + LEAST_SPREAD
        fresh = torch.randn(NEW_UNITS, teacher.config.features) / self.spread
        fresh *= 0.5 / teacher.config.features**0.5
        weight = torch.zeros(outputs, teacher.config.hidden + NEW_UNITS)
        bias = _log_odds(heard.wanted)
        own = [tags.index(MILLION_SONG_PREFIX + tag) for tag in MILLION_SONG_TAGS]
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
    # A tag of which nothing is known begins as a rare one.
    share = wanted.nanmean(0).nan_to_num(0.0).clamp(0.005, 0.9)
    return torch.log(share / (1 - share))
