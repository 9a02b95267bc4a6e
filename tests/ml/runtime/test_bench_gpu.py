"""What is measured on a GPU is measured on the CPU first, in small: the script is whole."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

from ml.runtime.parity import TOLERANCE

# The benches are no package whose types are checked.
gpu = import_module("bench.gpu")


def test_one_json_holds_all_that_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"ROUNDS": 1, "UPDATES": 1, "WARM_UPS": 0, "CLIPS": 4}.items():
        monkeypatch.setattr(gpu, name, value)
    out = tmp_path / "gpu.json"
    given = ["--device", "cpu", "--presets", "default", "--compiled", "--batches", "2"]
    monkeypatch.setattr(sys, "argv", ["gpu", *given, "--matrix", "64", "--out", str(out)])
    gpu.main()
    found = json.loads(capsys.readouterr().out)
    assert found == json.loads(out.read_text())
    assert {"machine", "device", "equality", "training", "inference", "feeding"} <= set(found)
    assert [row["way"] for row in found["training"]] == ["eager"]
    assert found["equality"]["float32"] < TOLERANCE
    [training], [inference] = found["training"], found["inference"]
    for row in (training, inference):
        assert row["segments_per_s"] > 0
        assert row["tflop_per_s"] / found["device"]["matrix_tflop_per_s"] > 0
    assert found["decoding"]["segments_per_s_a_core"] > 0
    assert found["decoding"]["cores_to_feed_inference"] > 0
    assert found["feeding"]["carried_crops_segments_per_s"] > 0
