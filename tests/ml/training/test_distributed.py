"""Two processes train one network together."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from ml.config.callbacks import read_log
from ml.nn.network import NetworkConfig, SampleCNN
from ml.training.distributed import process_group, rank_and_world_size, synchronise_norms, wrap
from tests.forked import ROOT, forked
from tests.ports import free_port

from .training_data import weights_of

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
# In double precision: in single, which of two samples a pooling takes for the louder would depend
# on the order of additions, and with it the gradient.
TOLERANCE = 1e-10


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


def learn_together(out: Path, rank: int, port: int) -> None:
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_RANK": str(rank)}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    network = learn()
    if rank == 0:
        torch.save(network.state_dict(), out)


def learn() -> SampleCNN:
    """Ten updates on this process's part of each batch."""
    torch.manual_seed(0)
    config = NetworkConfig(
        labels=2, samples=3**6, widths=(4, 6, 6, 8, 8), stem_width=4, dropout=0, block_dropout=0
    )
    network = SampleCNN(config).double().train()
    synchronise_norms(network)
    rank, world = rank_and_world_size()
    cpu = torch.device("cpu")
    optimiser = torch.optim.SGD(network.parameters(), lr=0.02, momentum=0.9, nesterov=True)
    with process_group(cpu):
        forward = wrap(network, cpu)
        for _ in range(10):
            x = torch.randn(8, 1, config.samples, dtype=torch.float64)
            y = torch.rand(8, 2, dtype=torch.float64)
            loss = binary_cross_entropy_with_logits(forward(x[rank::world]), y[rank::world])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return network


@pytest.mark.slow
def test_two_processes_learn_what_one_learns_from_the_whole_batch(tmp_path: Path) -> None:
    """Batch norm's statistics included."""
    port = free_port()
    with ThreadPoolExecutor(2) as pool:
        parts = [
            pool.submit(forked, learn_together, tmp_path / "end.pt", rank, port)
            for rank in range(2)
        ]
    for part in parts:
        assert part.result().returncode == 0, part.result().stderr
    together = torch.load(tmp_path / "end.pt", weights_only=True)
    for name, value in learn().state_dict().items():
        torch.testing.assert_close(together[name], value, rtol=0, atol=TOLERANCE, msg=name)
