"""The two networks that are trained on hearts: the papers' compact one and the trunk of the music.

Both take `(batch, channels, SAMPLES)` and give one logit a class, `(batch, labels)`. So does a
committee of several.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ml.config.network import NetworkConfig
from ml.ecg.beats import SAMPLES
from ml.nn.network import SampleCNN

NETWORKS = ("rese", "compact")


class CompactNetwork(nn.Module):
    """Two convolutions and two dense layers with tanh, 8,913 weights for two channels.

    Kiranyaz, Ince, Gabbouj, IEEE TBME 63(3), 2016, section III: 32 and 16 neurons, kernels of 15,
    sub-sampling by 6 and then by all that is left, 10 hidden neurons.
    """

    KERNEL, POOLING, WIDTHS, HIDDEN = 15, 6, (32, 16), 10

    def __init__(self, channels: int, labels: int) -> None:
        super().__init__()
        first, second = self.WIDTHS
        self.layers = nn.Sequential(
            nn.Conv1d(channels, first, self.KERNEL),
            nn.Tanh(),
            nn.AvgPool1d(self.POOLING),
            nn.Conv1d(first, second, self.KERNEL),
            nn.Tanh(),
            nn.AdaptiveAvgPool1d(1),
            nn.Flatten(),
            nn.Linear(second, self.HIDDEN),
            nn.Tanh(),
            nn.Linear(self.HIDDEN, labels),
        )

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.layers(x)
        return logits


class Committee(nn.Module):
    """Networks that judge together: logits whose softmax is the mean of what each member gives."""

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x: Tensor) -> Tensor:
        each = [member(x).log_softmax(-1) for member in self.members]
        # The mean's logarithm but for a constant, which a softmax does not see.
        return torch.stack(each).logsumexp(0)


def make_network(name: str, channels: int, labels: int) -> nn.Module:
    """A fresh network called `name`, one of NETWORKS. Raises ValueError for another name."""
    if name == "compact":
        return CompactNetwork(channels, labels)
    if name == "rese":
        return SampleCNN(trunk_config(channels, labels))
    raise ValueError(f"There is no network {name!r}; choose one of {', '.join(NETWORKS)}.")


def trunk_config(channels: int, labels: int) -> NetworkConfig:
    """A trunk small enough for the few hundred beats that a patient's training has."""
    return NetworkConfig(
        labels=labels,
        channels=channels,
        samples=SAMPLES,
        stem_width=16,
        widths=(16, 32, 32, 32),
        stride=2,
        head="softmax",
        dropout=0.2,
        block_dropout=0.1,
    )
