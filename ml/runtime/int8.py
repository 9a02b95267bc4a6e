"""An 8-bit copy of a network beside its weights, run by OpenVINO where that is installed.

`python -m ml export` makes NAME.int8.xml and NAME.int8.bin; the first names the weights they were
made from. OpenVINO is not there on every machine (pyproject.toml says where); it is imported only
here and in ml.export.quantisation.
"""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ml.checkpoints.card import int8_files, int8_path

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from ml.nn.network import SampleCNN
    from ml.nn.pair import NetworkPair

    from .parity import Forward

WEIGHTS = ["tonemark", "weights_sha256"]
# Segments: each run reads all of the weights, and the layers of many do not fit the cache.
AT_ONCE = 16


class Int8Unavailable(Exception):
    """There is no 8-bit copy that could be used; str() says why."""


def load_int8(
    weights: Path, sha256: str, device: torch.device, network: SampleCNN | NetworkPair
) -> Forward:
    """The 8-bit copy of the `weights` with this hash, which are `network`'s.

    The trunk's output layer is the network's own, in float32: a model that differs from another in
    its outputs alone can so have the same copy (`share_int8`), and both have the same embeddings.
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


def share_int8(source: Path, sha256: str, target: Path, target_sha256: str) -> bool:
    """Give a model of the same trunk the 8-bit copy of `source`; False where that has none.

    The labels of `source` must be the first of the other model's.
    """
    files = int8_files(source)
    if not all(file.exists() for file in files):
        return False
    network, numbers = files
    text = network.read_text(encoding="utf-8")
    if sha256 not in text:
        return False
    shared_network, shared_numbers = int8_files(target)
    shutil.copyfile(numbers, shared_numbers)
    shared_network.write_text(text.replace(sha256, target_sha256), encoding="utf-8")
    return True


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
    if len(model.inputs) != 1 + isinstance(network, NetworkPair):
        raise Int8Unavailable("the 8-bit copy was made of another number of networks")
    # A thread that is tied to one core waits there for whoever else runs on it, beside idle ones.
    threads = {"INFERENCE_NUM_THREADS": torch.get_num_threads(), "ENABLE_CPU_PINNING": False}
    compiled = core.compile_model(model, "CPU", threads)
    pair = network if isinstance(network, NetworkPair) else None
    trunk = pair.trunk if pair else cast("SampleCNN", network)

    def run(part: Tensor) -> tuple[Tensor, ...]:
        heard = [part] if pair is None else [part, pair.second.log_mel(part[:, 0])]
        outputs = compiled([each.numpy() for each in heard])
        return tuple(torch.from_numpy(each.copy()) for each in outputs.values())

    def forward(x: Tensor) -> tuple[Tensor, Tensor]:
        _, embeddings, *second = (
            torch.cat(part) for part in zip(*map(run, x.split(AT_ONCE)), strict=True)
        )
        logits = trunk.output(embeddings)
        return pair.joined(logits, *second) if pair else logits, embeddings

    return forward


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
