"""A teacher as one of our networks: musicnn's variables in an ml.nn.musicnn."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from distillation.networks import Network
from ml.nn.log_mel import BANDS, WINDOW
from ml.nn.musicnn import MIDDLE_FRAMES, RHYTHM_FRAMES, TIMBRE_BANDS, Musicnn, MusicnnConfig

# Hz, of the sound that it hears.
RATE = 16_000
__all__ = ["BANDS", "RATE", "WINDOW", "port"]


def port(variables: dict[str, Tensor], mel: Tensor) -> Musicnn:
    """The network of `variables`; `mel` `(96, 257)` are librosa's filters."""
    source = Network(variables, torch.float32)
    network = Musicnn(MusicnnConfig(labels=len(variables["dense_1/bias"])))
    network.log_mel.filters.copy_(mel)
    _norm(network.input_norm, variables, "batch_normalization")
    shapes = (*network.timbre, *network.rhythm)
    for number, shape in enumerate(shapes):
        kernel, bias = source.parameters("conv2d" + (f"_{number}" if number else ""))
        if number < len(TIMBRE_BANDS):
            kernel = kernel[:, :, 0].permute(2, 1, 0)
        else:
            kernel = kernel.reshape(RHYTHM_FRAMES[number - len(TIMBRE_BANDS)], 1, -1).permute(
                2, 1, 0
            )
        _set(cast(nn.Conv1d, shape.conv), kernel, bias)
        _norm(cast(nn.BatchNorm1d, shape.norm), variables, f"batch_normalization_{number + 1}")
    for number, layer in enumerate(network.middle, len(shapes)):
        kernel, bias = source.parameters(f"conv2d_{number}")
        kernel = kernel.reshape(MIDDLE_FRAMES, -1, kernel.shape[-1]).permute(2, 1, 0)
        _set(cast(nn.Conv1d, layer.conv), kernel, bias)
        _norm(cast(nn.BatchNorm1d, layer.norm), variables, f"batch_normalization_{number + 1}")
    # TensorFlow flattens with maximum and mean of a map side by side.
    order = torch.cat(
        [torch.arange(0, network.config.features, 2), torch.arange(1, network.config.features, 2)]
    )
    _dense(network.hidden, source, "dense", "batch_normalization_9", order)
    _dense(network.output, source, "dense_1", "batch_normalization_10")
    return network.eval().requires_grad_(False)


@torch.no_grad()
def _set(layer: nn.Conv1d | nn.Linear, weight: Tensor, bias: Tensor) -> None:
    layer.weight.copy_(weight)
    cast(Tensor, layer.bias).copy_(bias)


@torch.no_grad()
def _norm(norm: nn.BatchNorm1d, variables: dict[str, Tensor], name: str) -> None:
    parts = {
        "gamma": norm.weight,
        "beta": norm.bias,
        "moving_mean": norm.running_mean,
        "moving_variance": norm.running_var,
    }
    for part, tensor in parts.items():
        cast(Tensor, tensor).copy_(variables[f"{name}/{part}"])


def _dense(
    layer: nn.Linear, source: Network, name: str, norm: str, order: Tensor | None = None
) -> None:
    """A dense layer with the normalisation before it folded in."""
    scale, shift = source.affine(norm)
    kernel, bias = source.parameters(name)
    weight, bias = (kernel * scale[:, None]).T, bias + shift @ kernel
    _set(layer, weight if order is None else weight[:, order], bias)
