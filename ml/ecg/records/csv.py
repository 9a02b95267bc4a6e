"""Samples as text: one line a sample, in millivolts, one column a lead.

A first line may name the columns; it must where there is more than one.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.ecg.records.errors import RecordError

# Two days at 360 Hz.
MOST_SAMPLES = 62_208_000


def read_csv(path: Path, lead: str) -> npt.NDArray[np.float32]:
    """The column `lead` of the file, `(samples,)` in millivolts; an empty field is NaN.

    Raises RecordError, with the number of the line, for what is no number.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            samples = islice(csv_samples(stream, lead, str(path)), MOST_SAMPLES + 1)
            signal = np.fromiter(samples, np.float32)
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(f"{path} cannot be read: {error}.") from error
    if len(signal) > MOST_SAMPLES:
        raise RecordError(f"{path} has more than the {MOST_SAMPLES:,} samples it may have.")
    if not len(signal):
        raise RecordError(f"{path} holds no samples.")
    return signal


def csv_samples(lines: Iterable[str], lead: str, name: str) -> Iterator[float]:
    """The samples one by one, as soon as their lines are there. Raises RecordError as above."""
    rows = csv.reader(lines)
    first = next(rows, None)
    if first is None:
        return
    named = any(_number(field) is None for field in first)
    column = _column(first, lead, name) if named or len(first) > 1 else 0
    for line, row in enumerate(rows if named else chain([first], rows), 2 if named else 1):
        if not row:
            continue
        value = _number(row[column]) if len(row) > column else None
        if value is None:
            raise RecordError(f"Line {line} of {name} holds no number for lead {lead}.")
        yield value


def _column(first: list[str], lead: str, name: str) -> int:
    names = [field.strip() for field in first]
    if lead in names:
        return names.index(lead)
    if len(names) == 1:
        return 0
    raise RecordError(
        f"{name} has no column {lead}; its first line is {', '.join(names)[:200]!r}. "
        "Name the columns there, and choose one by its name."
    )


def _number(field: str) -> float | None:
    text = field.strip()
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) or math.isnan(value) else None
