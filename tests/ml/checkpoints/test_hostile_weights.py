"""Weights and cards from strangers: refused before anything of their size is made."""

from __future__ import annotations

import hashlib
import json
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save

from ml.checkpoints.card import WeightsError, card_path
from ml.checkpoints.header import read_header
from ml.checkpoints.weights import default_model_path, load_model
from tests.forked import forked

# Far less than one of the networks that the cards below describe would take.
MEMORY = 3 * 1024**3
Change = Callable[[dict[str, torch.Tensor]], None]


@pytest.fixture
def shipped() -> dict[str, torch.Tensor]:
    return load_file(default_model_path())


def stored(folder: Path, payload: bytes, **config: Any) -> Path:
    """A model of these bytes, whose card says so."""
    weights = folder / "net.safetensors"
    weights.write_bytes(payload)
    card = json.loads(card_path(default_model_path()).read_text())
    card["config"] |= config
    card["sha256"] = hashlib.sha256(payload).hexdigest()
    card_path(weights).write_text(json.dumps(card))
    return weights


def load_with_little_memory(weights: Path) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    load_model(weights)


@pytest.mark.slow
@pytest.mark.parametrize(
    "config",
    [
        {"stem_width": 8192},
        {"widths": [8192] * 9},
        {"widths": [128, 128, 256, 256, 256, 256, 256, 256, 8192]},
        {"labels": 10_000},
        {"se_ratio": 64.0},
        {"convs": 1},
        {"block": "basic"},
        {"multi_level": False},
    ],
)
def test_a_network_that_the_file_does_not_hold_is_never_built(
    tmp_path: Path, config: dict[str, Any]
) -> None:
    weights = stored(tmp_path, default_model_path().read_bytes(), **config)
    done = forked(load_with_little_memory, weights)
    assert "WeightsError" in done.stderr


def _lost(tensors: dict[str, torch.Tensor]) -> None:
    del tensors["output.bias"]


def _unknown(tensors: dict[str, torch.Tensor]) -> None:
    tensors["backdoor"] = torch.zeros(3)


def _turned(tensors: dict[str, torch.Tensor]) -> None:
    tensors["output.weight"] = tensors["output.weight"].T.contiguous()


def _empty(tensors: dict[str, torch.Tensor]) -> None:
    tensors["output.bias"] = torch.zeros(0)


def _not_a_number(tensors: dict[str, torch.Tensor]) -> None:
    tensors["output.bias"][3] = torch.nan


def _infinite(tensors: dict[str, torch.Tensor]) -> None:
    tensors["blocks.0.body.1.running_var"][0] = torch.inf


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_lost, "lack output.bias"),
        (_unknown, "unknown tensor backdoor"),
        (_turned, "output.weight has the shape"),
        (_empty, "output.bias has the shape"),
        (_not_a_number, "NaN or infinity in output.bias"),
        (_infinite, "NaN or infinity in blocks"),
    ],
)
def test_odd_weights_are_refused_with_the_tensors_name(
    tmp_path: Path, shipped: dict[str, torch.Tensor], change: Change, sentence: str
) -> None:
    change(shipped)
    with pytest.raises(WeightsError, match=sentence):
        load_model(stored(tmp_path, save(shipped)))


@pytest.mark.parametrize("kept", [0, 4, 8, 100, 50_000, -1])
def test_weights_that_are_cut_off_are_refused(tmp_path: Path, kept: int) -> None:
    with pytest.raises(WeightsError):
        load_model(stored(tmp_path, default_model_path().read_bytes()[:kept]))


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"[]",
        b"{",
        b'{"a": 1}',
        b'{"a": {"dtype": "F32", "shape": [1000000000000], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "OBJECT", "shape": [1], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [true], "data_offsets": [0, 4]}}',
        b"[" * 100_000,
    ],
)
def test_a_header_that_says_what_is_not_there_is_refused(tmp_path: Path, header: bytes) -> None:
    file = tmp_path / "net.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(WeightsError):
        read_header(file)


def test_the_header_of_the_shipped_model_names_what_torch_loads(
    shipped: dict[str, torch.Tensor],
) -> None:
    header = read_header(default_model_path())
    assert {name: entry.shape for name, entry in header.items()} == {
        name: tuple(tensor.shape) for name, tensor in shipped.items()
    }
