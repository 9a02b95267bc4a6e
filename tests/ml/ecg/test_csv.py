"""Samples as text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.ecg.records import RecordError, read_record


def written(folder: Path, text: str) -> Path:
    path = folder / "heart.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_column_is_chosen_by_its_name(tmp_path: Path) -> None:
    path = written(tmp_path, "time,V5,MLII\n0,1,0.5\n1,2,0.25\n2,3,-1\n")
    assert read_record(path, "MLII", 360).signal.tolist() == [0.5, 0.25, -1]
    assert read_record(path, "V5", 360).signal.tolist() == [1, 2, 3]


def test_one_column_needs_no_name(tmp_path: Path) -> None:
    assert np.allclose(read_record(written(tmp_path, "0.5\n\n0.1\n"), rate=360).signal, [0.5, 0.1])


def test_an_empty_field_is_a_missing_sample(tmp_path: Path) -> None:
    record = read_record(written(tmp_path, "t,MLII\n0,1\n1,\n2,3\n"), rate=360)
    assert record.signal.tolist() == [1, 2, 3]
    assert record.notices


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1,2\n3,4\n", "no column MLII"),
        ("MLII\n1\nx\n", "Line 3 of .* holds no number"),
        ("t,MLII\n1,2\n3\n", "Line 3 of .* holds no number"),
        ("MLII\ninf\n", "Line 2 of .* holds no number"),
        ("", "holds no samples"),
    ],
)
def test_what_is_no_signal_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(RecordError, match=sentence):
        read_record(written(tmp_path, text), rate=360)


def test_a_file_without_a_rate_asks_for_one(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="--rate"):
        read_record(written(tmp_path, "1\n2\n"))
