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
from torch import Tensor

from ml.audio.types import FULL_SCALE
from ml.checkpoints.card import int8_files, int8_path
from ml.checkpoints.weights import LoadedModel
from ml.data.magnatagatune.split import Split
from ml.evaluation.metrics import minimum_positives
from ml.evaluation.report import figures
from ml.nn.network import SampleCNN
from ml.nn.pair import NetworkPair
from ml.runtime.engine import Engine, fused
from ml.runtime.fused_network import can_be_fused
from ml.runtime.int8 import WEIGHTS, compile_int8
from ml.runtime.parity import Forward

from .int8_network import SoundAndSpectra, SoundToBoth

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
    quantised = _quantised(model.whole, train)
    quantised.set_rt_info(model.card.sha256, WEIGHTS)
    with tempfile.TemporaryDirectory(dir=weights.parent, prefix=".export-") as scratch:
        file = int8_path(Path(scratch) / weights.name)
        _openvino().save_model(quantised, file)
        comparison = compare_with_float32(
            model, compile_int8(file, model.card.sha256, model.whole), test
        )
        if not comparison.passed:
            raise ExportError(f"The 8-bit copy is not good enough: {comparison}.")
        # The one that names the other comes last.
        for made in reversed(int8_files(Path(scratch) / weights.name)):
            made.replace(weights.parent / made.name)
    return comparison


def compare_with_float32(model: LoadedModel, forward: Forward, test: Split) -> Int8Comparison:
    """Compare `forward` with the network in float32 on every clip of `test`."""
    columns = [model.card.labels.index(tag) for tag in test.tags]
    network = model.whole
    plain = _clips(network, _float32(network).forward, test)[:, columns]
    quick = _clips(network, forward, test)[:, columns]
    minimum = minimum_positives(test)
    before, after = (figures(test, scores, minimum).macro_roc_auc for scores in (plain, quick))
    return Int8Comparison(before, after, float(np.abs(plain - quick).mean()))


def _float32(network: SampleCNN | NetworkPair) -> Engine:
    if isinstance(network, SampleCNN) and can_be_fused(network.config):
        return fused(network, torch.float32)
    return Engine("float32", network.forward_with_embedding)


@torch.inference_mode()
def _clips(network: SampleCNN | NetworkPair, forward: Forward, split: Split) -> Clips:
    """Mean scores of every clip, `(clips, tags)`."""
    rows = [
        network.scores(forward(_sound(split, clip))[0].float()).mean(0).numpy()
        for clip in range(len(split))
    ]
    return np.stack(rows)


def _sound(split: Split, clip: int) -> Tensor:
    """The segments of a clip, float32 `(segments, 1, samples)`."""
    return torch.from_numpy(split.segments(clip).astype(np.float32) / FULL_SCALE)[:, None]


def _quantised(network: SampleCNN | NetworkPair, train: Split) -> openvino.Model:
    openvino, nncf = _openvino(), _nncf()
    examples = _heard(network, torch.zeros(2, network.config.channels, network.config.samples))
    of_both = SoundAndSpectra(network) if isinstance(network, NetworkPair) else SoundToBoth(network)
    model = openvino.convert_model(
        of_both,
        example_input=examples,
        input=[[-1, *example.shape[1:]] for example in examples],
    )
    sounds = nncf.Dataset([_heard(network, sound) for sound in _calibration(train)])
    quantised = nncf.quantize(
        model,
        sounds,
        # Steps around zero throughout: as quick as others, and nearer to the network.
        preset=nncf.QuantizationPreset.PERFORMANCE,
        subset_size=CALIBRATION_CLIPS,
        advanced_parameters=nncf.AdvancedQuantizationParameters(
            # All eight bits of the weights that the spectra meet. Where sums could overflow, oneDNN
            # halves weights by itself, since the spectra are signed.
            overflow_fix=nncf.OverflowFix.DISABLE,
            # It looks at means before a maximum, and moves what comes after it away.
            disable_bias_correction=True,
        ),
        # Not validated: it does not count constants among its operations.
        ignored_scope=nncf.IgnoredScope(names=_kept(model), validate=False),
    )
    # The dense layers still compute in floating point, from weights of a quarter of the size. Not
    # those of the second network: its features differ too much in size for one step a row.
    return nncf.compress_weights(
        quantised,
        mode=nncf.CompressWeightsMode.INT8_SYM,
        ignored_scope=nncf.IgnoredScope(patterns=["__module[.]second.*"], validate=False),
    )


@torch.inference_mode()
def _heard(network: SampleCNN | NetworkPair, sound: Tensor) -> tuple[Tensor, ...]:
    """What the 8-bit copy is given of a sound `(batch, 1, samples)`."""
    if isinstance(network, NetworkPair):
        return sound, network.second.log_mel(sound[:, 0])
    return (sound,)


# As operations are named: those of a method that is not a module's call have no module before them.
_BEHIND_FIRST_LAYER = ("aten::", "__module.second.middle")


def _kept(model: openvino.Model) -> list[str]:
    """What the quantiser leaves alone: all up to the stem's convolution, dense layers, and what
    the second network does behind its first layer, a ninth of its arithmetic.
    """
    # The sound comes first among what the model is given.
    reached, kept = {model.get_parameters()[0].get_friendly_name()}, []
    stem_found = False
    for op in model.get_ordered_ops():
        name, kind = op.get_friendly_name(), op.get_type_name()
        inputs = {each.get_node().get_friendly_name() for each in op.input_values()}
        if not stem_found and inputs & reached:
            reached.add(name)
            kept.append(name)
            stem_found = kind == "Convolution"
        elif kind == "MatMul" or name.startswith(_BEHIND_FIRST_LAYER):
            kept.append(name)
    return kept


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
