"""Pictures: written with what they should show, and refused where nothing is kept to show."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ml.__main__ import main
from ml.ecg.beats import COMPLEX
from ml.ecg.monitor import Call
from ml.ecg.networks import make_network
from ml.ecg.plots import gates_of, plot_gates, plot_strip
from ml.ecg.protocols import Database, annotated_beats
from ml.nn.network import SampleCNN


def ink(path: Path) -> float:
    """The share of a picture that is not white."""
    return float((np.asarray(Image.open(path).convert("L")) < 250).mean())


def test_the_monitor_draws_what_it_called_and_what_it_was_taught(
    hearts: Path, tmp_path: Path
) -> None:
    for number in (100, 101, 200):
        for suffix in (".hea", ".dat", ".atr"):
            shutil.copy(hearts / f"{number}{suffix}", tmp_path)
    words = ["ecg", "monitor", str(tmp_path / "200"), "--healthy", "--network", "compact"]
    assert main([*words, "--plot", str(tmp_path / "pictures")]) == 0
    pictures = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert pictures == ["200-beats.png", "200-strip.png"]
    assert all(ink(tmp_path / "pictures" / name) > 0.01 for name in pictures)


def test_a_strip_is_of_ten_seconds_around_the_first_abnormal_beat(
    hearts: Path, tmp_path: Path
) -> None:
    record, beats = annotated_beats(hearts / "200", view=COMPLEX)
    assert beats is not None
    calls = [
        Call(int(p), int(c), 1.0)
        for p, c in zip(beats.labels.positions, beats.classes, strict=True)
    ]
    plot_strip(record, calls, beats.labels, tmp_path / "with.png")
    plot_strip(record, calls, None, tmp_path / "without.png")
    assert ink(tmp_path / "with.png") > ink(tmp_path / "without.png")


def test_the_gates_of_every_block_are_shown_by_class(hearts: Path, tmp_path: Path) -> None:
    beats = Database(hearts).learning(100)
    network = make_network("rese", COMPLEX.channels, 5).eval()
    assert isinstance(network, SampleCNN)
    blocks = gates_of(network, beats.inputs)
    assert [block.shape for block in blocks] == [(len(beats), w) for w in network.config.widths]
    assert all(((block > 0) & (block < 1)).all() for block in blocks)
    plot_gates(network, beats, tmp_path / "gates.png")
    assert ink(tmp_path / "gates.png") > 0.1


def test_what_comes_on_standard_input_cannot_be_drawn(
    hearts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["ecg", "monitor", "-", "--healthy", "--database", str(hearts)]
    assert main([*words, "--plot", str(tmp_path)]) == 1
    assert "not kept" in capsys.readouterr().err
