"""Recordings: read as wfdb reads them, refused with a sentence when they are not what they say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import wfdb

from ml.ecg.records import RATE, RecordError, annotations_of, read_record
from tests.ml.ecg.hearts import EXCERPT, heart, write_heart, write_record


@pytest.fixture
def excerpt(tmp_path: Path) -> Path:
    """A copy of the excerpt that a test may damage."""
    for suffix in (".hea", ".dat", ".atr"):
        shutil.copy(EXCERPT.with_suffix(suffix), tmp_path)
    return tmp_path / "excerpt"


@pytest.fixture(scope="module")
def as_wfdb() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXCERPT.parent / "wfdb.json").read_text())
    return found


def test_a_signal_is_what_wfdb_reads(as_wfdb: dict[str, Any]) -> None:
    record = read_record(EXCERPT)
    assert len(record.signal) == as_wfdb["samples"]
    assert np.allclose(record.signal[:32], as_wfdb["first millivolts"], atol=1e-6)
    assert np.allclose(record.signal[::500], as_wfdb["every 500th"], atol=1e-6)
    integers = np.rint(record.signal.astype(float) * 200 + 1024)
    assert int(integers.sum()) == as_wfdb["sum of integers"]


def test_annotations_are_what_wfdb_reads(as_wfdb: dict[str, Any]) -> None:
    found = annotations_of(EXCERPT, read_record(EXCERPT))
    assert found is not None
    assert found.samples.tolist() == as_wfdb["annotation samples"]
    assert list(found.symbols) == as_wfdb["annotation symbols"]
    assert list(found.texts) == as_wfdb["annotation texts"]


@pytest.mark.parametrize("storage", [212, 16])
def test_wfdb_itself_reads_the_same_from_files_of_both_formats(
    tmp_path: Path, storage: int
) -> None:
    first, second = heart(20, 1)[0], heart(20, 2)[0]
    write_record(tmp_path / "two", {"V5": first, "MLII": second}, storage=storage)
    theirs = wfdb.rdrecord(str(tmp_path / "two")).p_signal
    for column, lead in enumerate(("V5", "MLII")):
        assert np.allclose(read_record(tmp_path / "two", lead).signal, theirs[:, column], atol=1e-6)


@pytest.mark.parametrize("storage", [212, 16])
@pytest.mark.parametrize("seconds", [20, 20 + 1 / RATE])
def test_leads_of_one_file_are_told_apart_by_name(
    tmp_path: Path, storage: int, seconds: float
) -> None:
    leads = {"V5": heart(seconds, 1)[0], "MLII": heart(seconds, 2)[0], "V1": heart(seconds, 3)[0]}
    path = write_record(tmp_path / "three", leads, storage=storage)
    for lead, signal in leads.items():
        assert np.allclose(read_record(path, lead).signal, signal, atol=0.5 / 200)


def test_a_lead_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    path = write_record(tmp_path / "102", {"V5": heart(5, 1)[0], "V2": heart(5, 2)[0]})
    with pytest.raises(RecordError, match=r"no lead MLII; it has V5, V2"):
        read_record(path)


def test_a_changed_sample_is_noticed_by_the_checksum(excerpt: Path) -> None:
    content = bytearray(excerpt.with_suffix(".dat").read_bytes())
    content[3000] ^= 1
    excerpt.with_suffix(".dat").write_bytes(content)
    with pytest.raises(RecordError, match=r"damaged: the checksum of lead MLII"):
        read_record(excerpt)


def test_a_file_that_breaks_off_is_refused(excerpt: Path) -> None:
    whole = excerpt.with_suffix(".dat").read_bytes()
    excerpt.with_suffix(".dat").write_bytes(whole[:-3])
    with pytest.raises(RecordError, match=r"too short: 21,600 samples are promised, 21,598"):
        read_record(excerpt)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("212", "61", "format 61"),
        ("212", "212x2", "several samples a frame"),
        ("excerpt 1", "excerpt 2", "promises 2 signals and describes 1"),
        ("excerpt 1", "excerpt/3 1", "several segments"),
        ("excerpt.dat", "../excerpt.dat", "not beside it"),
        ("/mV", "/mmHg", "unit 'mmHg'"),
        ("360", "0", "sampling frequency"),
        ("21600", "-1", "first line"),
    ],
)
def test_a_header_that_cannot_be_followed_is_refused(
    excerpt: Path, before: str, after: str, sentence: str
) -> None:
    header = excerpt.with_suffix(".hea")
    header.write_text(header.read_text().replace(before, after, 1))
    with pytest.raises(RecordError, match=sentence):
        read_record(excerpt)


@pytest.mark.parametrize("suffix", [".hea", ".dat"])
def test_a_missing_file_is_named(excerpt: Path, suffix: str) -> None:
    excerpt.with_suffix(suffix).unlink()
    with pytest.raises(RecordError, match=rf"excerpt\{suffix} cannot be read"):
        read_record(excerpt)


def test_another_rate_is_resampled_with_a_notice(tmp_path: Path) -> None:
    time = np.arange(2500) / 250
    tone = np.sin(2 * np.pi * 3 * time).astype(np.float32)
    record = read_record(write_record(tmp_path / "slow", {"MLII": tone}, rate=250))
    assert record.notices == ("Resampled from 250 to 360 Hz.",)
    expected = np.sin(2 * np.pi * 3 * np.arange(3600) / RATE)
    assert np.abs(record.signal - expected)[200:-200].max() < 0.02


def test_annotations_follow_to_the_new_rate(tmp_path: Path) -> None:
    path = write_heart(tmp_path, "person", 10, 1)
    before = annotations_of(path, read_record(path))
    header = path.with_suffix(".hea")
    header.write_text(header.read_text().replace("person 1 360", "person 1 180"))
    after = annotations_of(path, read_record(path))
    assert before is not None
    assert after is not None
    assert np.array_equal(after.samples, before.samples * 2)


@pytest.mark.parametrize("storage", [212, 16])
def test_missing_samples_are_bridged_with_a_notice(tmp_path: Path, storage: int) -> None:
    signal = heart(5, 1)[0]
    signal[100:104] = np.nan
    record = read_record(write_record(tmp_path / "gap", {"MLII": signal}, storage=storage))
    assert record.notices == ("4 samples are missing and were bridged by straight lines.",)
    ends = np.interp(np.arange(100, 104), [99, 104], signal[[99, 104]])
    assert np.allclose(record.signal[100:104], ends, atol=0.01)


def test_a_recording_without_any_sample_is_refused(tmp_path: Path) -> None:
    path = write_record(tmp_path / "off", {"MLII": np.full(500, np.nan, np.float32)})
    with pytest.raises(RecordError, match="no valid sample in lead MLII"):
        read_record(path)


def test_annotations_beyond_the_end_are_of_another_recording(tmp_path: Path) -> None:
    write_heart(tmp_path, "long", 20, 1)
    path = write_record(tmp_path / "short", {"MLII": heart(10, 1)[0]})
    (tmp_path / "long.atr").rename(tmp_path / "short.atr")
    with pytest.raises(RecordError, match="goes on after the end"):
        annotations_of(path, read_record(path))


def test_a_recording_without_annotations_has_none(tmp_path: Path) -> None:
    path = write_record(tmp_path / "bare", {"MLII": heart(5, 1)[0]})
    assert annotations_of(path, read_record(path)) is None
