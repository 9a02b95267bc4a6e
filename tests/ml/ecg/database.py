"""A database of made-up hearts, with the records' numbers of the real one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ml.ecg.protocols import COMMON
from tests.ml.ecg.hearts import write_heart

PATIENTS = (200, 201)
SECONDS = 345
# Where the real one lies as WFDB files, for the tests that count it.
REAL = os.environ.get("TONEMARK_MITDB", "")
needs_the_real_one = pytest.mark.skipif(
    not REAL, reason="TONEMARK_MITDB names no folder with the MIT-BIH Arrhythmia Database"
)


def write_database(folder: Path) -> Path:
    """The records 100–124 and two patients, of a bit more than the five minutes of learning."""
    for number in COMMON:
        write_heart(folder, str(number), SECONDS, number, abnormal="AVF", share=0.2)
    for number in PATIENTS:
        write_heart(folder, str(number), SECONDS + 60, number, share=0.2, healthy=290)
    return folder
