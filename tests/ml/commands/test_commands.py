from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ml.checkpoints.weights import ModelCard, save_model
from ml.config.labels import LABEL_NAMES
from ml.nn.network import NetworkConfig, SampleCNN
from tests import audio_factory as factory
from tests.forked import ROOT, ml

# Each runs commands as a person does, in processes of their own.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    network = SampleCNN(NetworkConfig(widths=(8,) * 9, stem_width=8))
    path = tmp_path_factory.mktemp("model") / "net.safetensors"
    save_model(path, network, ModelCard("test", network.config.as_dict(), list(LABEL_NAMES), "CC0"))
    return path


def test_tag_prints_all_fifty_labels_best_first(model: Path, tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.wav", factory.music(3))
    result = ml("tag", file, "--json", "--model", model)
    assert result.returncode == 0, result.stderr
    (entry,) = json.loads(result.stdout)
    scores = [tag["score"] for tag in entry["tags"]]
    assert entry["file"] == str(file)
    assert {tag["tag"] for tag in entry["tags"]} == set(LABEL_NAMES)
    assert scores == sorted(scores, reverse=True)


def test_a_bad_file_is_reported_and_the_others_go_on(model: Path, tmp_path: Path) -> None:
    good = factory.write(tmp_path / "a.wav", factory.music(3))
    bad = tmp_path / "b.mp3"
    bad.write_bytes(b"no song" * 100)
    result = ml("tag", bad, good, "--json", "--top", "3", "--model", model)
    assert result.returncode == 1
    assert result.stderr.startswith(f"{bad}: This is not an audio file")
    (entry,) = json.loads(result.stdout)
    assert entry["file"] == str(good)
    assert len(entry["tags"]) == 3


def test_without_json_it_prints_a_table(model: Path, tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.wav", factory.music(3))
    lines = ml("tag", file, "--top", "4", "--model", model).stdout.splitlines()
    assert lines[0] == str(file)
    assert len(lines) == 5


def test_a_missing_model_ends_in_one_sentence(tmp_path: Path) -> None:
    result = ml("tag", "a.wav", "--model", tmp_path / "none.safetensors")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "cannot be read" in result.stderr


@pytest.mark.parametrize(
    ("options", "parameters", "macs"),
    [
        (["--block", "rese", "--convs", "2", "--se-ratio", "16"], 26_980_146, 3.76e9),
        (["--block", "rese", "--convs", "2"], 5_095_506, 3.74e9),
        (["--block", "se", "--se-ratio", "16", "--no-multi"], 23_929_138, 1.75e9),
        (["--block", "basic"], 2_683_442, 1.73e9),
        (["--block", "res", "--convs", "1"], 2_849_586, 1.80e9),
    ],
)
def test_describe_counts_as_the_papers_do(options: list[str], parameters: int, macs: float) -> None:
    facts = json.loads(ml("describe", *options).stdout)
    assert facts["parameters"] == parameters
    assert facts["macs_per_segment"] == pytest.approx(macs, rel=0.005)


def test_describe_refuses_an_unknown_block() -> None:
    result = ml("describe", "--block", "cube")
    assert result.returncode == 1
    assert "cube" in result.stderr


def test_help_names_the_commands() -> None:
    """From the very beginning, as a person starts it."""
    command = [sys.executable, "-m", "ml", "--help"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0
    assert "describe" in result.stdout
    assert "tag" in result.stdout
