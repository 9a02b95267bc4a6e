"""A person monitored by the command, from files and from standard input."""

from __future__ import annotations

import importlib.util
import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from ml.__main__ import main
from ml.ecg.records import read_record
from tests.ml.ecg.hearts import write_heart

needs_sleepecg = pytest.mark.skipif(
    importlib.util.find_spec("sleepecg") is None, reason="sleepecg is not installed (bin/setup ecg)"
)


@pytest.fixture(scope="module")
def few(hearts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of four people and the one who is monitored."""
    folder = tmp_path_factory.mktemp("few")
    for number in (100, 101, 103, 105, 200):
        for suffix in (".hea", ".dat", ".atr"):
            shutil.copy(hearts / f"{number}{suffix}", folder)
    return folder


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main(["ecg", "monitor", *words, "--network", "compact"]) == 0
    return capsys.readouterr().out.splitlines()


def test_a_healthy_person_is_warned_of_beats_of_a_kind_never_seen_of_them(
    few: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said([str(few / "200"), "--healthy", "--alarm", "1/1"], capsys)
    assert lines[0] == "Research software, not a medical device."
    assert any(re.fullmatch(r"0\d:\d\d [SVF] [01]\.\d\d", line) for line in lines)
    assert any("ALARM 1 of 1" in line for line in lines)
    found, abnormal = map(int, re.findall(r"^(\d+) of (\d+) abnormal", "\n".join(lines), re.M)[0])
    false = int(re.findall(r"(\d+) of \d+ normal", "\n".join(lines))[0])
    assert found >= 0.9 * abnormal > 0
    assert false <= 2
    assert any(line.startswith("of the first 3 abnormal beats") for line in lines)
    assert any("× real time" in line for line in lines)
    missed = [line for line in lines if line.startswith("missed: ")]
    assert len(missed) == (found < abnormal)


@needs_sleepecg
def test_samples_that_come_on_standard_input_are_called_as_they_come(
    few: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    signal = read_record(few / "200").signal
    text = "MLII\n" + "\n".join(f"{value:.3f}" for value in signal)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    lines = said(["-", "--rate", "360", "--healthy", "--database", str(few)], capsys)
    assert any(re.fullmatch(r"0\d:\d\d [SVF] [01]\.\d\d", line) for line in lines)


@needs_sleepecg
def test_beats_that_are_detected_are_judged_by_the_annotations_near_them(
    few: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said([str(few / "200"), "--healthy", "--detect"], capsys)
    found, abnormal = map(int, re.findall(r"^(\d+) of (\d+) abnormal", "\n".join(lines), re.M)[0])
    assert found >= 0.7 * abnormal > 0


@pytest.mark.skipif(
    importlib.util.find_spec("sleepecg") is not None, reason="sleepecg is installed here"
)
def test_without_annotations_and_detector_it_is_said_what_to_install(
    few: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    signal = read_record(few / "200").signal
    np.savetxt(tmp_path / "heart.csv", signal[:720], fmt="%.3f")
    words = [str(tmp_path / "heart.csv"), "--rate", "360", "--healthy", "--database", str(few)]
    assert main(["ecg", "monitor", *words]) == 1
    assert "bin/setup ecg" in capsys.readouterr().err


def test_without_annotations_it_must_be_said_that_the_heart_was_healthy(
    few: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    np.savetxt(tmp_path / "heart.csv", read_record(few / "200").signal[:720], fmt="%.3f")
    words = [str(tmp_path / "heart.csv"), "--rate", "360", "--database", str(few)]
    assert main(["ecg", "monitor", *words]) == 1
    assert "--healthy" in capsys.readouterr().err


def test_a_recording_that_ends_too_early_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_heart(tmp_path, "short", 60, 1)
    assert main(["ecg", "monitor", str(path), "--healthy"]) == 1
    assert "ends after 60 s; 300 s are learnt from" in capsys.readouterr().err


def test_somebody_else_is_needed_to_learn_from(
    hearts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix in (".hea", ".dat", ".atr"):
        shutil.copy(hearts / f"200{suffix}", tmp_path)
    assert main(["ecg", "monitor", str(tmp_path / "200"), "--healthy"]) == 1
    assert "holds no abnormal beat of other people" in capsys.readouterr().err


def test_standard_input_needs_a_database(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ecg", "monitor", "-", "--healthy"]) == 1
    assert "--database" in capsys.readouterr().err


@pytest.mark.parametrize("alarm", ["3", "9/8", "0/4", "a/b"])
def test_an_alarm_that_means_nothing_is_refused(alarm: str) -> None:
    with pytest.raises(SystemExit):
        main(["ecg", "monitor", "-", "--alarm", alarm])
