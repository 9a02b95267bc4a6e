"""librosa's loops are compiled by one process, and the next ones load what it left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MEASURE = """
import numpy as np
from ml.descriptors.key import estimate_key
from ml.descriptors.spectrogram import mel_spectrogram
from ml.descriptors.tempo import estimate_tempo

time = np.arange(11025) / 22050
beat = 0.2 * np.sin(2 * np.pi * 261.63 * time) * np.exp(-8 * time)
sound = np.tile(beat, 24).astype(np.float32)
mel_spectrogram([sound], 12.0)
print(round(estimate_tempo([sound]).bpm), estimate_key([sound]).name[0])
"""


def measuring(folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", MEASURE],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.slow
def test_two_processes_that_begin_at_once_leave_what_a_third_can_load(tmp_path: Path) -> None:
    together = [measuring(tmp_path), measuring(tmp_path)]
    for process in together:
        out, err = process.communicate()
        assert (process.returncode, out) == (0, "120 C\n"), err
    compiled = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nb?")}
    assert len(compiled) > 20
    third = measuring(tmp_path)
    assert third.communicate()[0] == "120 C\n"
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nb?")} == compiled
