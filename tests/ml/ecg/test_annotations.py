"""Annotations: what is written is what WFDB's own readers read."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ml.ecg.records import Annotations, RecordError, read_annotations, write_annotations
from tests.ml.ecg.hearts import EXCERPT

MADE = Annotations(
    np.array([0, 5, 1028, 2052, 900_000, 900_000, 40_000_000]),
    ("+", "N", "V", "A", "F", "/", "Q"),
    ("(N", "", "0.98", "odd", "", "even", "x" * 40),
)


@pytest.mark.parametrize("rate", [None, 250.0])
def test_what_is_written_is_read_back(tmp_path: Path, rate: float | None) -> None:
    made = Annotations(MADE.samples, MADE.symbols, MADE.texts, rate)
    write_annotations(tmp_path / "made.atr", made)
    found = read_annotations(tmp_path / "made.atr")
    assert found.samples.tolist() == made.samples.tolist()
    assert (found.symbols, found.texts, found.rate) == (made.symbols, made.texts, rate)


def test_what_was_read_is_written_as_the_same_beats(tmp_path: Path) -> None:
    theirs = read_annotations(EXCERPT.with_suffix(".atr"))
    write_annotations(tmp_path / "again.atr", theirs)
    ours = read_annotations(tmp_path / "again.atr")
    assert ours.samples.tolist() == theirs.samples.tolist()
    assert (ours.symbols, ours.texts) == (theirs.symbols, theirs.texts)


def test_wfdb_reads_what_is_written(tmp_path: Path) -> None:
    write_annotations(tmp_path / "made.atr", MADE)
    theirs = wfdb.rdann(str(tmp_path / "made"), "atr")
    assert theirs.sample.tolist() == MADE.samples.tolist()
    assert tuple(theirs.symbol) == MADE.symbols
    assert tuple(text.rstrip("\0") for text in theirs.aux_note) == MADE.texts


def test_a_file_without_its_end_is_refused(tmp_path: Path) -> None:
    whole = EXCERPT.with_suffix(".atr").read_bytes()
    for size in (len(whole) - 2, 7, 1, 0):
        (tmp_path / "part.atr").write_bytes(whole[:size])
        with pytest.raises(RecordError, match="breaks off"):
            read_annotations(tmp_path / "part.atr")


def test_no_bytes_whatever_end_in_anything_but_annotations_or_a_sentence(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for _ in range(300):
        (tmp_path / "noise.atr").write_bytes(
            generator.bytes(int(generator.integers(200))) + b"\0\0"
        )
        refusal, found = "", None
        try:
            found = read_annotations(tmp_path / "noise.atr")
        except RecordError as error:
            refusal = str(error)
        if found is None:
            assert "noise.atr" in refusal
        else:
            assert len(found) == len(found.samples) == len(found.texts)


def test_annotations_out_of_order_or_without_a_code_are_not_written(tmp_path: Path) -> None:
    backwards = Annotations(np.array([9, 3]), ("N", "N"), ("", ""))
    with pytest.raises(RecordError, match="order"):
        write_annotations(tmp_path / "made.atr", backwards)
    with pytest.raises(RecordError, match="no symbol"):
        write_annotations(tmp_path / "made.atr", Annotations(np.array([9]), ("X",), ("",)))
    assert os.listdir(tmp_path) == []
