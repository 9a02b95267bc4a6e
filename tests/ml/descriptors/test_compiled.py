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
from ml.descriptors.compiled import plain_librosa

clicks = np.zeros(100)
clicks[::20] = 1
around = dict.fromkeys(("pre_max", "post_max", "pre_avg", "post_avg"), 3)
print(*plain_librosa().util.peak_pick(clicks, **around, delta=0.1, wait=5))
"""


def measuring(folder: Path) -> subprocess.Popen[str]:
    # What is compiled is the same; that it is not made quick spares half of the work.
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder), "NUMBA_OPT": "0"}
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
        assert (process.returncode, out) == (0, "0 20 40 60 80\n"), err
    compiled = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nb?")}
    assert len(compiled) > 20
    third = measuring(tmp_path)
    assert third.communicate()[0] == "0 20 40 60 80\n"
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.nb?")} == compiled
