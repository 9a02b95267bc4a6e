"""The quickest way to run a network on its device whose scores are those of the plain one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ml.checkpoints.weights import LoadedModel
from ml.nn.musicnn import Musicnn
from ml.nn.network import SampleCNN
from ml.nn.pair import NetworkPair

from .constant_maps import without_constant_maps
from .cpu import has_fast_bfloat16
from .fused_network import FusedNetwork, can_be_fused
from .int8 import Int8Unavailable, load_int8
from .parity import Forward, agrees, agrees_on_average


@dataclass(frozen=True)
class Engine:
    """`forward` maps float32 `(batch, channels, samples)` on the device to logits, embedding."""

    name: str
    forward: Forward


def choose_engine(model: LoadedModel, weights: Path, device: torch.device) -> Engine:
    """The model's 8-bit copy beside its `weights`, else the quickest of torch's; and why."""
    network = model.whole
    try:
        forward = load_int8(weights, model.card.sha256, device, network)
    except Int8Unavailable as reason:
        engine = torch_engine(network, device)
        return Engine(f"{engine.name} ({reason})", engine.forward)
    if agrees_on_average(network, forward, device):
        return Engine("int8, OpenVINO", forward)
    engine = torch_engine(network, device)
    return Engine(f"{engine.name} (the 8-bit copy scores differently)", engine.forward)


def torch_engine(network: SampleCNN | NetworkPair, device: torch.device) -> Engine:
    """Take the first that agrees with the plain network on test sounds; the plain one does."""
    if isinstance(network, NetworkPair):
        return _pair_engine(network, device)
    plain = Engine("float32", network.forward_with_embedding)
    quicker = _on_gpu(network) if device.type == "cuda" else _on_cpu(network)
    agreeing = (engine for engine in quicker if agrees(network, engine.forward, device))
    return next(agreeing, plain)


def _pair_engine(pair: NetworkPair, device: torch.device) -> Engine:
    """The trunk's quickest way, and the second network in the same precision where that agrees."""
    trunk = torch_engine(pair.trunk, device)
    second = without_constant_maps(pair.second)
    for dtype in _half_precisions(device):
        engine = Engine(f"{trunk.name}, two networks", _together(pair, trunk, second, dtype))
        if agrees(pair, engine.forward, device):
            return engine
    return Engine(
        f"{trunk.name}, the second network in float32", _together(pair, trunk, second, None)
    )


def _together(
    pair: NetworkPair, trunk: Engine, second: Musicnn, dtype: torch.dtype | None
) -> Forward:
    def forward(x: Tensor) -> tuple[Tensor, Tensor]:
        logits, embedding = trunk.forward(x)
        with torch.autocast(x.device.type, dtype, enabled=dtype is not None):
            beside = second(x)
        return pair.joined(logits.float(), beside.float()), embedding

    return forward


def _half_precisions(device: torch.device) -> Iterator[torch.dtype]:
    if device.type == "cpu":
        if has_fast_bfloat16():
            yield torch.bfloat16
    else:
        if torch.cuda.is_bf16_supported(including_emulation=False):
            yield torch.bfloat16
        yield torch.float16


def _on_cpu(network: SampleCNN) -> Iterator[Engine]:
    fusible = can_be_fused(network.config)
    if has_fast_bfloat16():
        yield fused(network, torch.bfloat16) if fusible else mixed(network, torch.bfloat16)
    if fusible:
        yield fused(network, torch.float32)


def _on_gpu(network: SampleCNN) -> Iterator[Engine]:
    for dtype in _half_precisions(torch.device("cuda")):
        yield mixed(network, dtype)


def fused(network: SampleCNN, dtype: torch.dtype) -> Engine:
    """oneDNN's fused layers, in `dtype`."""
    forward = FusedNetwork(network, dtype).forward_with_embedding
    return Engine(f"{_name(dtype)}, fused layers", forward)


def mixed(network: SampleCNN, dtype: torch.dtype) -> Engine:
    """The plain network, its convolutions and dense layers in `dtype`."""

    def forward(x: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(x.device.type, dtype):
            return network.forward_with_embedding(x)

    return Engine(f"{_name(dtype)}, mixed precision", forward)


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
