"""Making the 8-bit copy of a network, and evaluating whether it may be used.

Post-training quantisation (NNCF): the ranges of the activations are taken from real clips. The
stem comes in steps of its own (ml.export.int8_network), and the arithmetic of the dense layers,
which costs nothing, stays in floating point.
"""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ml.audio.types import FULL_SCALE
from ml.checkpoints.card import int8_files, int8_path
from ml.checkpoints.weights import LoadedModel
from ml.data.magnatagatune.split import Split
from ml.evaluation.metrics import minimum_positives
from ml.evaluation.report import figures
from ml.nn.network import SampleCNN
from ml.runtime.engine import Engine, fused
from ml.runtime.fused_network import can_be_fused
from ml.runtime.int8 import WEIGHTS, compile_int8
from ml.runtime.parity import Forward

from .int8_network import for_eight_bits

if TYPE_CHECKING:
    import openvino

# Each gives the range of every activation once: 64 of different music meet the loud and the quiet.
CALIBRATION_CLIPS = 64
# A third of what the best block of the paper gains over the plain one (0.9055 to 0.9113).
MOST_LOST_ROC_AUC = 0.002
# As far as the other ways to compute may be off, ml.runtime.parity.TOLERANCE.
MOST_MEAN_DIFFERENCE = 0.005

Clips = npt.NDArray[np.float32]


class ExportError(ValueError):
    """The copy scores too differently, or the tools to make it are missing; str() says which."""


@dataclass(frozen=True)
class Int8Comparison:
    """Macro ROC-AUC before and after, and the mean difference of the clips' scores."""

    plain_roc_auc: float
    roc_auc: float
    mean_difference: float

    @property
    def passed(self) -> bool:
        """Whether the 8-bit copy scores closely enough."""
        lost = self.plain_roc_auc - self.roc_auc
        return lost <= MOST_LOST_ROC_AUC and self.mean_difference <= MOST_MEAN_DIFFERENCE

    def __str__(self) -> str:
        return (
            f"macro ROC-AUC {self.roc_auc:.4f}, in float32 {self.plain_roc_auc:.4f}; "
            f"clip scores differ by {self.mean_difference:.4f} on average"
        )


def export_int8(model: LoadedModel, weights: Path, train: Split, test: Split) -> Int8Comparison:
    """Write the 8-bit copy beside `weights`, calibrated on `train` and evaluated on `test`.

    Raises ExportError, and then leaves no copy behind.
    """
    quantised = _quantised(model.network, train)
    quantised.set_rt_info(model.card.sha256, WEIGHTS)
    with tempfile.TemporaryDirectory(dir=weights.parent, prefix=".export-") as scratch:
        file = int8_path(Path(scratch) / weights.name)
        _openvino().save_model(quantised, file)
        comparison = compare_with_float32(model, compile_int8(file, model), test)
        if not comparison.passed:
            raise ExportError(f"The 8-bit copy is not good enough: {comparison}.")
        # The one that names the other comes last.
        for made in reversed(int8_files(Path(scratch) / weights.name)):
            made.replace(weights.parent / made.name)
    return comparison


def compare_with_float32(model: LoadedModel, forward: Forward, test: Split) -> Int8Comparison:
    """Compare `forward` with the network in float32 on every clip of `test`."""
    columns = [model.card.labels.index(tag) for tag in test.tags]
    plain = _clips(model.network, _float32(model.network).forward, test)[:, columns]
    quick = _clips(model.network, forward, test)[:, columns]
    minimum = minimum_positives(test)
    before, after = (figures(test, scores, minimum).macro_roc_auc for scores in (plain, quick))
    return Int8Comparison(before, after, float(np.abs(plain - quick).mean()))


def _float32(network: SampleCNN) -> Engine:
    if can_be_fused(network.config):
        return fused(network, torch.float32)
    return Engine("float32", network.forward_with_embedding)


@torch.inference_mode()
def _clips(network: SampleCNN, forward: Forward, split: Split) -> Clips:
    """Mean scores of every clip, `(clips, tags)`."""
    rows = [
        network.scores(forward(_sound(split, clip))[0].float()).mean(0).numpy()
        for clip in range(len(split))
    ]
    return np.stack(rows)


def _sound(split: Split, clip: int) -> Tensor:
    """The segments of a clip, float32 `(segments, 1, samples)`."""
    return torch.from_numpy(split.segments(clip).astype(np.float32) / FULL_SCALE)[:, None]


class _Both(nn.Module):
    """The network with both of its outputs."""

    def __init__(self, network: SampleCNN) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.network.forward_with_embedding(x)


def _quantised(network: SampleCNN, train: Split) -> openvino.Model:
    openvino, nncf = _openvino(), _nncf()
    config = network.config
    shape = (2, config.channels, config.samples)
    model = openvino.convert_model(
        _Both(for_eight_bits(network)), example_input=torch.zeros(shape), input=[-1, *shape[1:]]
    )
    sounds = nncf.Dataset(list(_calibration(train)))
    quantised = nncf.quantize(
        model,
        sounds,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=CALIBRATION_CLIPS,
        # Not validated: it does not count constants among its operations.
        ignored_scope=nncf.IgnoredScope(names=_kept(model), validate=False),
    )
    # The dense layers still compute in floating point, from weights of a quarter of the size.
    return nncf.compress_weights(quantised, mode=nncf.CompressWeightsMode.INT8_SYM)


def _kept(model: openvino.Model) -> list[str]:
    """What the quantiser leaves alone: all up to the stem's convolution, and every dense layer."""
    named = [(op.get_type_name(), op.get_friendly_name()) for op in model.get_ordered_ops()]
    stem = next(place for place, (kind, _) in enumerate(named) if kind == "Convolution")
    return [name for place, (kind, name) in enumerate(named) if place <= stem or kind == "MatMul"]


def _calibration(train: Split) -> Iterator[Tensor]:
    """One segment of each of so many clips, from their beginnings, middles and ends in turn."""
    for turn, clip in enumerate(np.linspace(0, len(train) - 1, CALIBRATION_CLIPS, dtype=int)):
        sound = _sound(train, int(clip))
        yield sound[turn % len(sound)][None]


def _openvino() -> Any:
    # Its converter would report each use to its makers; without this module it cannot.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return _needed("openvino")


def _nncf() -> Any:
    os.environ.setdefault("NNCF_CI", "1")  # the same for this one
    nncf = _needed("nncf")
    nncf.set_log_level(logging.WARNING)
    return nncf


def _needed(module: str) -> Any:
    try:
        return __import__(module)
    except ModuleNotFoundError as error:
        raise ExportError("OpenVINO or NNCF is not installed; run: bin/setup export") from error
