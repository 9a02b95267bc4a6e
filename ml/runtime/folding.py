"""Batch normalisation folded into the layer before it: in evaluation mode both are linear."""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights, fuse_linear_bn_weights

Weights = tuple[Tensor, Tensor]


def folded_conv(conv: nn.Module, norm: nn.Module) -> Weights:
    """Weight `(outputs, inputs, 1, kernel)` and bias of `norm(conv(x))`."""
    conv, norm = cast(nn.Conv2d, conv), cast(nn.BatchNorm2d, norm)
    return fuse_conv_bn_weights(
        conv.weight,
        conv.bias,
        cast(Tensor, norm.running_mean),
        cast(Tensor, norm.running_var),
        norm.eps,
        norm.weight,
        norm.bias,
    )


def folded_dense(dense: nn.Module, norm: nn.Module) -> Weights:
    """Weight `(outputs, inputs)` and bias of `norm(dense(x))`."""
    dense, norm = cast(nn.Linear, dense), cast(nn.BatchNorm1d, norm)
    return fuse_linear_bn_weights(
        dense.weight,
        dense.bias,
        cast(Tensor, norm.running_mean),
        cast(Tensor, norm.running_var),
        norm.eps,
        norm.weight,
        norm.bias,
    )


def windows(weight: Tensor) -> Tensor:
    """A convolution's weight as a dense one over windows: `(outputs, kernel * inputs)`.

    Its input is a row of `kernel` moments with all their channels, as they lie in memory.
    """
    return weight[:, :, 0].permute(0, 2, 1).flatten(1)
