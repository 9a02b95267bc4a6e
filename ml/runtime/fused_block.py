"""A block of the network in evaluation mode, with as few passes over memory as possible.

What a plain block spends its time on is not arithmetic: on one core two thirds go into reading
and writing activations. Here ReLU is part of the convolution and comes after the pooling where
the two may change places, the last convolution computes the three moments of a pooling window
as three matrix products whose maximum is the pooled signal, and the mean that the gates need is
computed from the convolution's input, which spares a pass over its output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ml.nn.blocks import KERNEL, Block
from ml.nn.layers import SqueezeExcitation

from .folding import Weights, folded_conv, windows
from .fused_layers import Conv, Dense


class FusedBlock:
    """`(batch, time, inputs)` → `(batch, time // 3, outputs)`, as `block` computes it."""

    def __init__(self, block: Block, length: int, dtype: torch.dtype) -> None:
        body = list(block.body)
        last = folded_conv(body[-2], body[-1])
        self.residual = block.residual
        self.first = Conv(folded_conv(body[0], body[1]), length, dtype) if len(body) > 2 else None
        self.last = Dense((windows(last[0]), last[1]), dtype)
        self.shortcut = _shortcut(block.shortcut, dtype)
        has_se_gates = isinstance(block.excitation, SqueezeExcitation)
        self.gates = (
            _Gates(cast(SqueezeExcitation, block.excitation), last) if has_se_gates else None
        )

    def __call__(self, x: Tensor) -> Tensor:
        """`(batch, time, inputs)` → `(batch, time // 3, outputs)`, in the block's dtype."""
        padded = self.first(x) if self.first else F.pad(x, (0, 0, 1, 1))
        pooled = self._pooled(x, padded).relu_()
        if self.gates and not self.residual:
            return pooled * self.gates.of(pooled.mean(1, dtype=torch.float32)).to(x.dtype)
        return pooled

    def _pooled(self, x: Tensor, padded: Tensor) -> Tensor:
        """The highest of each three moments, before the activation."""
        parts = self._residual(x, padded) if self.residual else self._moments(padded)
        pooled = next(parts)
        for part in parts:
            torch.maximum(pooled, part, out=pooled)
        return pooled

    def _moments(self, padded: Tensor) -> Iterator[Tensor]:
        """The last convolution at each third moment, from the first, second and third on."""
        batch, length, width = padded.shape
        shape, strides = (
            (batch, (length - 2) // KERNEL, KERNEL * width),
            (length * width, KERNEL * width, 1),
        )
        for moment in range(KERNEL):
            start = padded.storage_offset() + moment * width
            yield self.last(padded.as_strided(shape, strides, start))

    def _residual(self, x: Tensor, padded: Tensor) -> Iterator[Tensor]:
        """The same, gated, with the shortcut added."""
        shortcut = self.shortcut(x) if self.shortcut else x
        beside = shortcut.unflatten(1, (-1, KERNEL))
        gates = self.gates.before(padded).to(x.dtype) if self.gates else None
        for moment, y in enumerate(self._moments(padded)):
            if gates is None:
                yield y.add_(beside[:, :, moment])
            else:
                yield torch.addcmul(beside[:, :, moment], y, gates, out=y)


class _Gates:
    """Squeeze-and-excitation in float32, `(batch, 1, width)`."""

    def __init__(self, excitation: SqueezeExcitation, last: Weights) -> None:
        self._layers = excitation
        self._taps = last[0][:, :, 0].permute(2, 1, 0).contiguous()
        self._bias = last[1]

    def of(self, means: Tensor) -> Tensor:
        """Gates for the channels' means over time, `(batch, width)`."""
        hidden = self._layers.squeeze(means).relu_()
        gates: Tensor = self._layers.excite(hidden).sigmoid_()
        return gates.unsqueeze(1)

    def before(self, padded: Tensor) -> Tensor:
        """Gates for the last convolution's output, from its padded input.

        The mean of a convolution's output is a weighted sum of its input's mean under each tap,
        and under the outer taps one moment at an end is missing.
        """
        total = padded.sum(1).float()
        sums = torch.stack([total - padded[:, -2], total, total - padded[:, 1]])
        means = torch.einsum("kbi,kio->bo", sums, self._taps) / (padded.shape[1] - 2)
        return self.of(means + self._bias)


def _shortcut(shortcut: nn.Module, dtype: torch.dtype) -> Dense | None:
    if isinstance(shortcut, nn.Identity):
        return None
    weight, bias = folded_conv(*cast(nn.Sequential, shortcut))
    return Dense((weight.flatten(1), bias), dtype)
