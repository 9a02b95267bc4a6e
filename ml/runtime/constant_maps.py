"""A musicnn without the filters that hear nothing.

A training lets filters die: where weights decayed to next to nothing, the map is the same number
for every sound. Of the 561 filters in MSD_musicnn's first layer, which is nine tenths of its
arithmetic, 497 are such. What they add to the layers behind is added there once and for all.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from math import log10
from typing import cast

import torch
from torch import Tensor, nn

from ml.nn.musicnn import Middle, Musicnn, Rhythm, Timbre

Shapes = Sequence[Timbre | Rhythm]

# A band is the logarithm of a power, and no float32 is larger.
LOUDEST = log10(torch.finfo(torch.float32).max)
# What a map may vary by and still count as one number: about what float32 rounds away.
CONSTANT = 1e-5


def without_constant_maps(network: Musicnn) -> Musicnn:
    """A frozen copy of `network` that answers the same to any sound, and may be much narrower.

    What is constant is shown by the bounds of what the first layer can be given, not by examples.
    The copy's configuration is that of the whole network.
    """
    made = copy.deepcopy(network).eval().requires_grad_(False)
    shapes = cast(Shapes, [*made.timbre, *made.rhythm])
    ends = _ends(made.input_norm)
    numbers, ranges = zip(*(_number_and_range(shape, *ends) for shape in shapes), strict=True)
    living = [_one_at_least(~(varies <= CONSTANT)) for varies in ranges]  # so is what is no number
    alive = torch.cat(living)
    if not alive.all():
        one = int((~alive).nonzero()[0])
        _fold(made, torch.cat(numbers).where(~alive, 0), alive, one)
        _keep(shapes, living, one)
    made.freeze()
    return made


def _ends(norm: nn.BatchNorm1d) -> tuple[float, float]:
    """The lowest and highest that a band can be when normalised, or is around a segment."""
    ends = norm(torch.tensor([[[0.0, LOUDEST]]], device=norm.weight.device)).flatten().tolist()
    return min(0.0, *ends), max(0.0, *ends)


def _number_and_range(
    shape: Timbre | Rhythm, lowest: float, highest: float
) -> tuple[Tensor, Tensor]:
    """A number in each filter's map, float64, and by how much any two of it can differ."""
    weight, bias = shape.conv.weight.double(), cast(Tensor, shape.conv.bias).double()
    ends = torch.stack([weight * lowest, weight * highest])
    sums = torch.stack([bias + ends.amin(0).sum((1, 2)), bias + ends.amax(0).sum((1, 2))])
    norm = copy.deepcopy(shape.norm).double()
    low, high = norm(sums.relu()[:, :, None])[:, :, 0]
    return high, (high - low).abs()


def _one_at_least(living: Tensor) -> Tensor:
    """Not every engine runs a convolution that has no filter at all."""
    return living if living.any() else torch.arange(len(living), device=living.device) == 0


def _fold(network: Musicnn, numbers: Tensor, alive: Tensor, one: int) -> None:
    """Take the maps that are not `alive`, and are these `numbers`, out of the layers behind.

    Of these, map `one` stays, and will be 1: to the second layer all maps end with the segment.
    """
    kept = alive.clone()
    kept[one] = True
    layer = cast(Middle, network.middle[0]).conv
    weight = layer.weight.double()
    weight[:, one] = torch.einsum("omk,m->ok", weight, numbers)
    layer.weight = _fixed(weight[:, kept])

    # Maximum, then mean, of every map; those of the first layer come first.
    halves = network.hidden.weight.double().chunk(2, 1)
    added = torch.stack([half[:, : len(numbers)] @ numbers for half in halves]).sum(0)
    for half in halves:
        half[:, one] = 0
    others = torch.ones(halves[0].shape[1] - len(kept), dtype=torch.bool, device=kept.device)
    columns = torch.cat([kept, others])
    network.hidden.weight = _fixed(torch.cat([half[:, columns] for half in halves], 1))
    network.hidden.bias = _fixed(network.hidden.bias.double() + added)


def _keep(shapes: Shapes, living: Sequence[Tensor], one: int) -> None:
    """Leave the shapes their `living` filters and filter `one` of all, whose map becomes 1."""
    for shape, kept in zip(shapes, living, strict=True):
        if 0 <= one < len(kept):
            shape.norm.weight[one], shape.norm.bias[one] = 0, 1
            kept[one] = True
        _select(shape.conv, kept)
        _select(shape.norm, kept)
        one -= len(kept)


def _select(layer: nn.Module, kept: Tensor) -> None:
    """Leave a layer these of its outputs."""
    for name, parameter in list(layer.named_parameters()):
        setattr(layer, name, _fixed(parameter[kept]))
    for name, buffer in list(layer.named_buffers()):
        if buffer.shape == kept.shape:
            setattr(layer, name, buffer[kept])


def _fixed(values: Tensor) -> nn.Parameter:
    return nn.Parameter(values.float(), requires_grad=False)
