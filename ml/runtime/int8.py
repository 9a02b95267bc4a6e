"""An 8-bit copy of a network beside its weights, run by OpenVINO where that is installed.

`python -m ml export` makes NAME.int8.xml and NAME.int8.bin; the first names the weights they were
made from. OpenVINO is not there on every machine (pyproject.toml says where); it is imported only
here and in ml.export.quantisation.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from ml.checkpoints.card import int8_path

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from ml.nn.network import SampleCNN
    from ml.nn.pair import NetworkPair

    from .parity import Forward

WEIGHTS = ["tonemark", "weights_sha256"]
# Segments: the layers of more of them no longer fit a core's cache.
AT_ONCE = 4


class Int8Unavailable(Exception):
    """There is no 8-bit copy that could be used; str() says why."""


def load_int8(
    weights: Path, sha256: str, device: torch.device, network: SampleCNN | NetworkPair
) -> Forward:
    """The 8-bit copy of the `weights` with this hash, which are `network`'s.

    Raises Int8Unavailable.
    """
    file = int8_path(weights)
    if device.type != "cpu":
        raise Int8Unavailable("8-bit copies are for the CPU")
    if not file.exists():
        raise Int8Unavailable("the model has no 8-bit copy")
    if importlib.util.find_spec("openvino") is None:
        raise Int8Unavailable("OpenVINO, which the 8-bit copy needs, is not installed")
    return compile_int8(file, sha256, network)


def compile_int8(file: Path, sha256: str, network: SampleCNN | NetworkPair) -> Forward:
    """The copy in `file`, to be run on as many threads as torch; see `load_int8`.

    What a second network hears is computed by torch: eight bits cannot hold a spectrum's range.
    """
    import openvino
    import torch

    from ml.nn.pair import NetworkPair

    core = openvino.Core()
    try:
        model = core.read_model(file)
    except RuntimeError as error:
        raise Int8Unavailable(f"the 8-bit copy cannot be read ({_first_line(error)})") from error
    if not model.has_rt_info(WEIGHTS) or model.get_rt_info(WEIGHTS).value != sha256:
        raise Int8Unavailable("the 8-bit copy was made from other weights")
    # A thread that is tied to one core waits there for whoever else runs on it, beside idle ones.
    threads = {"INFERENCE_NUM_THREADS": torch.get_num_threads(), "ENABLE_CPU_PINNING": False}
    compiled = core.compile_model(model, "CPU", threads)
    pair = network if isinstance(network, NetworkPair) else None

    def run(part: Tensor) -> tuple[Tensor, Tensor]:
        heard = [part] if pair is None else [part, pair.second.log_mel(part[:, 0])]
        outputs = compiled([each.numpy() for each in heard])
        logits, embedding, *second = (torch.from_numpy(each.copy()) for each in outputs.values())
        return pair.joined(logits, *second) if pair else logits, embedding

    def forward(x: Tensor) -> tuple[Tensor, Tensor]:
        logits, embeddings = zip(*map(run, x.split(AT_ONCE)), strict=True)
        return torch.cat(logits), torch.cat(embeddings)

    return forward


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
