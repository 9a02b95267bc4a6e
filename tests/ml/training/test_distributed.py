"""Two processes under torchrun train one network together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ml.config.callbacks import read_log

from .training_data import weights_of

ROOT = Path(__file__).parents[3]
TORCHRUN = (
    *(sys.executable, "-m", "torch.distributed.run"),
    *("--standalone", "--nproc-per-node=2"),
)
PROGRAM = """
import sys
from pathlib import Path
from ml.training.distributed import rank_and_world_size
from tests.ml.training.test_trainer import train
from tests.ml.training.training_data import make_recipe
out = Path(sys.argv[1])
# Three batches of five and a segment that is left over, shared by two processes.
settings = {"epochs": 2, "average": 0.9, "batch_size": 5}
training = train(make_recipe(data={"crops": "fixed"}, training=settings), out)
sums = [float(p.double().sum()) for p in training.state.network.parameters()]
(out / f"rank{rank_and_world_size()[0]}").write_text(repr(sums))
"""


@pytest.mark.slow
def test_two_processes_end_with_the_same_weights_and_one_log(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    done = subprocess.run(
        [*TORCHRUN, str(program), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "rank0").read_text() == (tmp_path / "rank1").read_text()
    assert [report.epoch for report in read_log(tmp_path / "log.jsonl")] == [1, 2]
    assert weights_of(tmp_path)


WHOLE = """
import sys
from pathlib import Path
import torch
from ml.training.distributed import rank_and_world_size
from tests.ml.training.test_trainer import train
from tests.ml.training.training_data import TINY_NETWORK, make_recipe
out = Path(sys.argv[1])
network = TINY_NETWORK | {"dropout": 0.0, "block_dropout": 0.0}
settings = {"epochs": 2, "batch_size": 8, "sync_batch_norm": True}
training = train(make_recipe(network=network, training=settings), out)
if rank_and_world_size()[0] == 0:
    torch.save(training.state.network.state_dict(), out / "state.pt")
"""


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_from_the_whole_batch(tmp_path: Path) -> None:
    """Batch norm's statistics are those of both parts, gradients the mean over both: what is left
    is the order in which float32 is added up, some thousand additions of 1e-7 each.
    """
    program = tmp_path / "program.py"
    program.write_text(WHOLE)
    ends = []
    for name, runner in (("one", (sys.executable,)), ("two", TORCHRUN)):
        (tmp_path / name).mkdir()
        done = subprocess.run(
            [*runner, str(program), str(tmp_path / name)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stderr
        ends.append(torch.load(tmp_path / name / "state.pt", weights_only=True))
    for name, value in ends[0].items():
        torch.testing.assert_close(ends[1][name], value, rtol=1e-3, atol=1e-4, msg=name)
