"""Weights on disk: NAME.safetensors with NAME.json (ml.checkpoints.card) beside it. Never pickle.

Torch is imported inside the functions, so that `read_card` and `default_model_path` cost nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .card import ModelCard, WeightsError, card_path, read_card, second_network
from .header import read_header

if TYPE_CHECKING:
    import torch

    from ml.config.musicnn import MusicnnConfig
    from ml.config.network import NetworkConfig
    from ml.nn.musicnn import Musicnn
    from ml.nn.network import SampleCNN
    from ml.nn.pair import NetworkPair

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
    """A network in evaluation mode, float32, on the CPU, and its card.

    `network` is the one that trains and embeds, with an output for every label of the card;
    `second` speaks for some of them instead, where there is one.
    """

    network: SampleCNN
    card: ModelCard
    second: Musicnn | None = None

    @property
    def whole(self) -> SampleCNN | NetworkPair:
        """What gives the model's scores: the network, with the second beside it."""
        facts = second_network(self.card)
        if self.second is None or facts is None:
            return self.network
        from ml.nn.pair import NetworkPair

        shares = {
            self.card.labels.index(label): (facts.labels.index(label), share)
            for label, share in facts.speaks_for.items()
        }
        return NetworkPair(self.network, self.second, shares).eval()


# What the names of the second network's tensors begin with.
SECOND = "second."


def default_model_path() -> Path:
    """Where the model that ships with the product lies."""
    return Path(__file__).parents[1] / "weights" / "default.safetensors"


def save_model(
    path: str | Path, network: SampleCNN, card: ModelCard, second: Musicnn | None = None
) -> ModelCard:
    """Write weights and card, each in one step; returns the card with the weights' sha256.

    Weights are stored in the dtype they have (a `.half()` copy takes half the room). `second` is
    the network that `card.second` describes. Raises WeightsError when a weight is not finite or
    the labels do not match the network, OSError when the disk does not take them; what was there
    before then stays.
    """
    from safetensors.torch import save

    file = Path(path)
    _check_labels(network.config.labels, card, file)
    if bool(card.second) != (second is not None):
        raise WeightsError(f"The card of {file} and its networks disagree about a second one.")
    second_network(card)
    tensors = {name: value.detach().cpu().contiguous() for name, value in _state(network, second)}
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
    networks = _Networks.of(card, file)
    _check_shapes(networks, file)
    tensors = _read_tensors(file, card)
    _check_finite(tensors, file)
    network, second = networks.make()
    try:
        network.load_state_dict(_of_network(tensors, second=False))
        if second is not None:
            second.load_state_dict(_of_network(tensors, second=True))
    except RuntimeError as error:
        raise WeightsError(f"The weights {file} do not fit their card: {error}") from error
    return LoadedModel(network.eval(), card, second and second.eval().requires_grad_(False))


@dataclass(frozen=True)
class _Networks:
    """The shapes of what is in one file."""

    config: NetworkConfig
    second: MusicnnConfig | None

    @classmethod
    def of(cls, card: ModelCard, file: Path) -> _Networks:
        second = second_network(card)
        return cls(_config(card, file), second.network_config() if second else None)

    def make(self) -> tuple[SampleCNN, Musicnn | None]:
        """Both with the weights that they happen to begin with."""
        from ml.nn.musicnn import Musicnn
        from ml.nn.network import SampleCNN

        return SampleCNN(self.config), Musicnn(self.second) if self.second else None


def _state(network: SampleCNN, second: Musicnn | None) -> Iterator[tuple[str, torch.Tensor]]:
    yield from network.state_dict().items()
    if second is not None:
        for name, value in second.state_dict().items():
            yield SECOND + name, value


def _of_network(tensors: dict[str, torch.Tensor], *, second: bool) -> dict[str, torch.Tensor]:
    return {
        name.removeprefix(SECOND): value
        for name, value in tensors.items()
        if name.startswith(SECOND) == second
    }


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


def _check_shapes(networks: _Networks, file: Path) -> None:
    """Raise WeightsError unless the file has the networks' tensors, before one of them is made."""
    import torch

    with torch.device("meta"):  # shapes without memory
        expected = {name: tuple(t.shape) for name, t in _state(*networks.make())}
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


def _check_labels(outputs: int, card: ModelCard, file: Path) -> None:
    if outputs != len(card.labels):
        raise WeightsError(
            f"The network of {file} has {outputs} outputs, its card {len(card.labels)} labels."
        )


def _check_finite(tensors: dict[str, torch.Tensor], file: Path) -> None:
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise WeightsError(f"The weights {file} hold NaN or infinity in {name}.")
