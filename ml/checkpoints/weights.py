"""Weights on disk: NAME.safetensors with NAME.json (ml.checkpoints.card) beside it. Never pickle.

Torch is imported inside the functions, so that `read_card` and `default_model_path` cost nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .card import ModelCard, WeightsError, card_path, read_card
from .header import read_header

if TYPE_CHECKING:
    import torch

    from ml.config.network import NetworkConfig
    from ml.nn.network import SampleCNN

__all__ = [
    "LoadedModel",
    "ModelCard",
    "WeightsError",
    "default_model_path",
    "load_model",
    "read_card",
    "save_model",
]


@dataclass(frozen=True)
class LoadedModel:
    """A network in evaluation mode, float32, on the CPU, and its card."""

    network: SampleCNN
    card: ModelCard


def default_model_path() -> Path:
    """Where the model that ships with the product lies."""
    return Path(__file__).parents[1] / "weights" / "default.safetensors"


def save_model(path: str | Path, network: SampleCNN, card: ModelCard) -> ModelCard:
    """Write weights and card, each in one step; returns the card with the weights' sha256.

    Weights are stored in the dtype they have (a `.half()` copy takes half the room).
    Raises WeightsError when a weight is not finite or the labels do not match the network, OSError
    when the disk does not take them; what was there before then stays.
    """
    from safetensors.torch import save

    file = Path(path)
    _check_labels(network.config.labels, card, file)
    tensors = {name: value.detach().cpu().contiguous() for name, value in _state(network)}
    _check_finite(tensors, file)
    payload = save(tensors, metadata={"format": "pt"})
    complete = dataclasses.replace(card, sha256=hashlib.sha256(payload).hexdigest())
    text = complete.to_json()
    file.parent.mkdir(parents=True, exist_ok=True)
    _replace(file, payload)
    _replace(card_path(file), text.encode())
    return complete


def change_card(path: Path, **changes: Any) -> ModelCard:
    """Write fields of the card of the weights `path` anew; the weights stay as they are.

    Raises WeightsError where there is no such card.
    """
    card = dataclasses.replace(read_card(path), **changes)
    _replace(card_path(path), card.to_json().encode())
    return card


def load_model(path: str | Path) -> LoadedModel:
    """Read weights and card, and verify that they belong together.

    Raises WeightsError when a file is missing, the hash differs, a weight is not finite, or the
    card's configuration and labels do not fit the weights.
    """
    file = Path(path)
    card = read_card(file)
    config = _config(card, file)
    _check_shapes(config, file)
    tensors = _read_tensors(file, card)
    _check_finite(tensors, file)
    return LoadedModel(_build(config, tensors, file), card)


def _state(network: SampleCNN) -> list[tuple[str, torch.Tensor]]:
    return list(network.state_dict().items())


def _replace(file: Path, payload: bytes) -> None:
    """Write beside, then rename: a reader never sees half a file."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(payload)
            stream.flush()
            os.fsync(stream.fileno())
        # mkstemp gives 0600; a model is as readable as any other file of the product.
        os.chmod(name, 0o644)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def _read_tensors(file: Path, card: ModelCard) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        payload = file.read_bytes()
    except OSError as error:
        raise WeightsError(f"The weights {file} cannot be read: {error.strerror}.") from error
    if hashlib.sha256(payload).hexdigest() != card.sha256:
        raise WeightsError(
            f"The weights {file} are not those its card describes (the SHA-256 differs); "
            "copy both files again from where they came from."
        )
    try:
        return load(payload)
    except SafetensorError as error:
        raise WeightsError(f"The weights {file} are no safetensors file: {error}.") from error


def _config(card: ModelCard, file: Path) -> NetworkConfig:
    from ml.config.network import NetworkConfig

    try:
        config = NetworkConfig.from_dict(card.config)
    except (TypeError, ValueError) as error:
        raise WeightsError(f"The card of {file} describes no network: {error}") from error
    _check_labels(config.labels, card, file)
    return config


def _check_shapes(config: NetworkConfig, file: Path) -> None:
    """Raise WeightsError unless the file has the network's tensors, before one of them is made."""
    import torch

    from ml.nn.network import SampleCNN

    with torch.device("meta"):  # shapes without memory
        expected = {name: tuple(t.shape) for name, t in SampleCNN(config).state_dict().items()}
    present = {name: entry.shape for name, entry in read_header(file).items()}
    for name in sorted(expected.keys() ^ present.keys()):
        whose = "lack" if name in expected else "have an unknown tensor"
        raise WeightsError(f"The weights {file} do not fit their card: they {whose} {name}.")
    for name, shape in expected.items():
        if present[name] != shape:
            raise WeightsError(
                f"The weights {file} do not fit their card: {name} has the shape "
                f"{list(present[name])}, not {list(shape)}."
            )


def _build(config: NetworkConfig, tensors: dict[str, torch.Tensor], file: Path) -> SampleCNN:
    from ml.nn.network import SampleCNN

    network = SampleCNN(config)
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise WeightsError(f"The weights {file} do not fit their card: {error}") from error
    return network.eval()


def _check_labels(outputs: int, card: ModelCard, file: Path) -> None:
    if outputs != len(card.labels):
        raise WeightsError(
            f"The network of {file} has {outputs} outputs, its card {len(card.labels)} labels."
        )


def _check_finite(tensors: dict[str, torch.Tensor], file: Path) -> None:
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise WeightsError(f"The weights {file} hold NaN or infinity in {name}.")
