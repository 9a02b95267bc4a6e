"""What two models have in common when only their output layers differ: the trunk.

Models of one trunk have the same penultimate activations, so that what one has heard the other
need not hear again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from .card import ModelCard, WeightsError, read_card
from .header import read_header

OUTPUT = ("output.weight", "output.bias")
# They say how many outputs there are and how training treats activations, not what these are.
_NOT_THE_TRUNKS = ("labels", "head", "dropout", "block_dropout")


def trunk_sha256(weights: str | Path) -> str:
    """The same for models whose networks differ in their output layers alone.

    A second network is part of it, but not the choice of labels it speaks for.
    Numbers are compared in half precision, in which models are stored: a training from weights in
    single precision leaves the trunk as it was but for that. No torch is needed. Empty where the
    weights have a dtype that NumPy does not know: such a model shares its trunk with none.
    Raises WeightsError when weights or card cannot be read.
    """
    file = Path(weights)
    if any(entry.dtype == "BF16" for entry in read_header(file).values()):
        return ""
    digest = hashlib.sha256(_shape(read_card(file)))
    for name, values in _trunk(file).items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values.astype("<f2")).tobytes())
    return digest.hexdigest()


def output_layer(weights: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Weight `(labels, size)` and bias `(labels,)`, float32. Raises WeightsError."""
    tensors = _read(Path(weights))
    try:
        weight, bias = (tensors[name].astype(np.float32) for name in OUTPUT)
    except KeyError as error:
        raise WeightsError(f"The weights {weights} lack {error}.") from error
    return weight, bias


def _shape(card: ModelCard) -> bytes:
    shape = {key: value for key, value in card.config.items() if key not in _NOT_THE_TRUNKS}
    described = [shape, card.sample_rate, card.segment_samples]
    return json.dumps(described, sort_keys=True).encode()


def _trunk(file: Path) -> dict[str, np.ndarray]:
    """Without the layers' counts of updates, which change nothing once they are trained."""
    tensors = sorted(_read(file).items())
    return {
        name: values
        for name, values in tensors
        if name not in OUTPUT and np.issubdtype(values.dtype, np.floating)
    }


def _read(file: Path) -> dict[str, np.ndarray]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return load_file(file)
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"The weights {file} cannot be read: {error}.") from error
