"""A recording of one lead at the rate that everything here works at.

The lead is chosen by its name. Another rate is resampled, and samples that are missing are bridged
by a straight line; both with a notice, which is for a person to read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from ml.ecg.records.annotations import Annotations, read_annotations
from ml.ecg.records.csv import read_csv
from ml.ecg.records.errors import RecordError
from ml.ecg.records.header import read_header
from ml.ecg.records.signals import read_signal

# Of the MIT-BIH Arrhythmia Database, in Hz.
RATE = 360
# The modified limb lead II, which 46 of its 48 records have.
LEAD = "MLII"


@dataclass(frozen=True)
class Record:
    """`signal` `(samples,)` is in millivolts at RATE; `original_rate` in Hz is the file's."""

    name: str
    lead: str
    signal: npt.NDArray[np.float32]
    original_rate: float = RATE
    notices: tuple[str, ...] = ()

    @property
    def seconds(self) -> float:
        return len(self.signal) / RATE


def read_record(path: Path, lead: str = LEAD, rate: float | None = None) -> Record:
    """The recording at `path`: NAME or NAME.hea of WFDB, or NAME.csv, which needs its `rate` in Hz.

    Raises RecordError when it is missing, damaged, or does not have the lead.
    """
    if path.suffix == ".csv":
        if rate is None:
            raise RecordError(f"{path} does not say its sampling rate; give it in Hz (--rate).")
        record = Record(path.stem, lead, read_csv(path, lead), rate)
    else:
        header = read_header(beside(path, ".hea"))
        signal = read_signal(header, path.parent, lead)
        record = Record(header.name, lead, signal, header.rate)
    return _resampled(_bridged(record))


def beside(path: Path, suffix: str) -> Path:
    """The file of the recording `path` (NAME, NAME.hea or NAME.csv) that ends in `suffix`."""
    return path.parent / (path.name.removesuffix(".hea").removesuffix(".csv") + suffix)


def annotations_of(path: Path, record: Record) -> Annotations | None:
    """The reference annotations beside `path`, at RATE; None where there are none.

    Raises RecordError when they are damaged or lie beyond the recording's end.
    """
    file = beside(path, ".atr")
    if not file.exists():
        return None
    found = read_annotations(file)
    scale = RATE / (found.rate or record.original_rate)
    samples = np.rint(found.samples * scale).astype(np.int64)
    if len(samples) and samples[-1] >= len(record.signal):
        raise RecordError(f"{file} goes on after the end of the recording: it is of another one.")
    return replace(found, samples=samples, rate=None)


def _bridged(record: Record) -> Record:
    missing = ~np.isfinite(record.signal)
    if not missing.any():
        return record
    if missing.all():
        raise RecordError(f"Record {record.name} has no valid sample in lead {record.lead}.")
    at = np.arange(len(missing))
    signal = record.signal.copy()
    signal[missing] = np.interp(at[missing], at[~missing], record.signal[~missing])
    notice = f"{int(missing.sum()):,} samples are missing and were bridged by straight lines."
    return replace(record, signal=signal, notices=(*record.notices, notice))


def _resampled(record: Record) -> Record:
    if math.isclose(record.original_rate, RATE):
        return record
    signal = soxr.resample(record.signal, record.original_rate, RATE).astype(np.float32)
    notice = f"Resampled from {record.original_rate:g} to {RATE} Hz."
    return replace(record, signal=signal, notices=(*record.notices, notice))
