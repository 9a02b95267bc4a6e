"""Layers as oneDNN runs them quickest: weights packed once, the activation in the same pass.

Signals are `(batch, time, channels)` here, contiguous, so that three successive moments are one
row of a matrix and a convolution with stride 3 is a matrix product.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .folding import Weights


class Dense:
    """`(…, inputs)` → `(…, outputs)`."""

    def __init__(self, weights: Weights, dtype: torch.dtype) -> None:
        weight, bias = (tensor.detach().to(dtype).contiguous() for tensor in weights)
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight, None)
        self._bias = bias

    def __call__(self, x: Tensor, activation: str = "none") -> Tensor:
        """`x` `(…, inputs)` → `(…, outputs)`; `activation` is "none" or "relu"."""
        y: Tensor = torch.ops.mkldnn._linear_pointwise(
            x, self._weight, self._bias, activation, [], ""
        )
        return y


class Conv:
    """A convolution over 3 moments, then ReLU: `(batch, time, inputs)` → `(batch, time + 2, …)`.

    The first and the last moment of the output are zero: the padding that the next one wants.
    """

    def __init__(self, weights: Weights, length: int, dtype: torch.dtype) -> None:
        weight, bias = (tensor.detach().to(dtype) for tensor in weights)
        shape = [1, weight.shape[1], 1, length]
        self._weight = torch.ops.mkldnn._reorder_convolution_weight(
            weight.contiguous(memory_format=torch.channels_last), *_GEOMETRY, shape
        )
        self._bias = bias

    def __call__(self, x: Tensor) -> Tensor:
        """`x` `(batch, time, inputs)` → `(batch, time + 2, outputs)`."""
        y: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x.transpose(1, 2).unsqueeze(2), self._weight, self._bias, *_GEOMETRY, "relu", [], ""
        )
        padded = y.squeeze(2).transpose(1, 2)
        padded[:, 0] = 0
        padded[:, -1] = 0
        return padded


# Padding, stride, dilation, groups.
_GEOMETRY = ([0, 2], [1, 1], [1, 1], 1)
