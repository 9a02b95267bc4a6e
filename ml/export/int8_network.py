"""A network in the form of which its 8-bit copy is made: the same function, written for 8 bits.

Eight bits cannot hold both loud and quiet music, so the stem is given two numbers of eight bits for
each sample. And OpenVINO is slow at a mean over a long time, but not at one of short means.
"""

from __future__ import annotations

import copy
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d

from ml.nn.layers import SqueezeExcitation
from ml.nn.network import SampleCNN
from ml.nn.pair import NetworkPair
from ml.runtime.constant_maps import without_constant_maps
from ml.runtime.folding import folded_conv

# Decoded mp3 overshoots full scale; twice that is as far as the stem's steps reach.
_LOUDEST = 2.0
_LEVELS = 128
# The second number's steps are that much finer. Its weights are as much smaller, of as many steps:
# more than the root of the levels would lose there what it gains here.
_FINER = 16
# Moments of a short mean.
_SHORT = 27


def for_eight_bits(network: SampleCNN) -> SampleCNN:
    """A frozen copy of `network` that a quantiser finds easy; its stem is in 8 bits already."""
    made = copy.deepcopy(network).eval().requires_grad_(False)
    made.stem = nn.Sequential(_TwoPartStem(made.stem))
    for block in made.blocks:
        if isinstance(block.excitation, SqueezeExcitation):
            block.excitation = _MeanOfMeans(block.excitation)
    return made


class SoundToBoth(nn.Module):
    """A network with both of its outputs, logits and embedding."""

    def __init__(self, network: SampleCNN) -> None:
        super().__init__()
        self.network = for_eight_bits(network)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.network.forward_with_embedding(x)


class SoundAndSpectra(nn.Module):
    """The same of a pair, whose second network is given its spectra `(batch, frames, 96)`.

    The second's logits come out apart, last: joined in here they would be rounded to eight bits.
    """

    def __init__(self, pair: NetworkPair) -> None:
        super().__init__()
        self.trunk = for_eight_bits(pair.trunk)
        self.second = without_constant_maps(pair.second)

    def forward(self, x: Tensor, spectra: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, embedding = self.trunk.forward_with_embedding(x)
        return logits, embedding, self.second.of_spectra(spectra)


class _TwoPartStem(nn.Module):
    """Convolution, norm and activation of a sound in steps of 1/64, and of what these leave over.

    `(batch, channels, 1, samples)` → `(batch, width, 1, samples // stride)`.
    """

    def __init__(self, stem: nn.Sequential) -> None:
        super().__init__()
        convolution, norm, self.activation = stem
        weight, self.bias = folded_conv(convolution, norm)
        self.weight = torch.cat([weight, weight / _FINER], dim=1)
        self.stride = cast(nn.Conv2d, convolution).stride

    def forward(self, x: Tensor) -> Tensor:
        # OpenVINO is slow at steps in four dimensions.
        sound = x.squeeze(2)
        coarse = _in_steps(sound)
        fine = _in_steps((sound - coarse) * _FINER)
        parts = torch.cat([coarse, fine], dim=1).unsqueeze(2)
        y: Tensor = self.activation(
            conv2d(parts, _in_steps_by_output(self.weight), self.bias, self.stride)
        )
        return y


class _MeanOfMeans(nn.Module):
    """Squeeze-and-excitation as it is, where its mean can be taken in two steps."""

    def __init__(self, excitation: SqueezeExcitation) -> None:
        super().__init__()
        self.excitation = excitation

    def forward(self, x: Tensor) -> Tensor:
        means = x
        if x.shape[-1] % _SHORT**2 == 0:
            means = avg_pool2d(x, (1, _SHORT))
        return x * self.excitation.gates(means)[:, :, None, None]


def _in_steps(x: Tensor) -> Tensor:
    return torch.fake_quantize_per_tensor_affine(x, _LOUDEST / _LEVELS, 0, -_LEVELS, _LEVELS - 1)


def _in_steps_by_output(weight: Tensor) -> Tensor:
    most = _LEVELS - 1
    steps = weight.abs().amax((1, 2, 3)).clamp_min(1e-12) / most
    zeros = torch.zeros(len(weight), dtype=torch.int32)
    return torch.fake_quantize_per_channel_affine(weight, steps, zeros, 0, -most, most)
