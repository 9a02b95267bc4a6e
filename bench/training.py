"""Time a training update of ReSE-2 on this machine's CPU, with and without each measure.

    python bench/training.py [--batch 16] [--updates 4] [--threads 2] [--data PREPARED]

Every row is measured in a process of its own, because the memory allocator is set once for all.
Prints a Markdown table; ratios are within one run. The first row is a plain loop: float32, the
allocator as it comes, one-dimensional layers' memory layout.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

FLOP_PER_SEGMENT = 22.5e9


@dataclass(frozen=True)
class Measure:
    """What is switched on in one row."""

    name: str
    heap: bool = True
    channels_last: bool = True
    bfloat16: bool = True
    block_dropout: float = 0.0
    frozen: int = 0


ROWS = (
    Measure("plain", heap=False, channels_last=False, bfloat16=False, block_dropout=0.2),
    Measure("+ activations kept in the heap", True, False, False, 0.2),
    Measure("+ channels last", True, True, False, 0.2),
    Measure("+ bfloat16", True, True, True, 0.2),
    Measure("+ no dropout in blocks (default.toml)"),
    Measure("+ stem and one block frozen", frozen=1),
    Measure("+ stem and two blocks frozen", frozen=2),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--updates", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", type=Path, help="a prepared data set: time its loading as well")
    parser.add_argument("--row", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.row is not None:
        print(segments_per_second(ROWS[args.row], args.batch, args.updates, args.threads))
        return
    print("| measure | segments/s | of plain | GFLOP/s |\n| --- | ---: | ---: | ---: |")
    plain = 0.0
    for k, row in enumerate(ROWS):
        rate = in_a_process(k)
        plain = plain or rate
        # Frozen layers are not computed backwards: the floor does not apply to them.
        work = "" if row.frozen else f"{rate * FLOP_PER_SEGMENT / 1e9:.0f}"
        print(f"| {row.name} | {rate:.1f} | {rate / plain:.2f} | {work} |", flush=True)
    if args.data:
        print(f"\nLoading and augmenting, one thread: {loading(args.data):.0f} segments/s")


def loading(data: Path, updates: int = 40) -> float:
    """Segments a second that default.toml's batches are drawn, cut and augmented with."""
    import torch

    from ml.config.recipe import read_recipe
    from ml.data.loader import Loader
    from ml.data.magnatagatune.split import open_split
    from ml.data.sampler import Sampler

    torch.set_num_threads(1)
    recipe, split = read_recipe("default"), open_split(data, "train")
    batches = Loader(split, Sampler(split, recipe), torch.device("cpu"), (0, 1)).batches(0)
    next(batches)
    began = time.perf_counter()
    for _ in range(updates):
        next(batches)
    return recipe.training.batch_size * updates / (time.perf_counter() - began)


def in_a_process(row: int) -> float:
    command = [sys.executable, __file__, *sys.argv[1:], "--row", str(row)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout)


def segments_per_second(measure: Measure, batch: int, updates: int, threads: int) -> float:
    """Training updates on noise: forward, backward, AdamW."""
    import torch
    from torch.nn import functional as F

    from ml.config.network import NetworkConfig
    from ml.nn.network import SampleCNN
    from ml.runtime.cpu import keep_activations_in_the_heap
    from ml.training.training_network import freeze_lowest

    if measure.heap:
        keep_activations_in_the_heap()
    torch.set_num_threads(threads)
    network = SampleCNN(NetworkConfig(block_dropout=measure.block_dropout)).train()
    if not measure.channels_last:
        network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    freeze_lowest(network, measure.frozen)
    trained = [p for p in network.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, fused=True)
    x, y = 0.1 * torch.randn(batch, 1, network.config.samples), torch.rand(batch, 50)
    began = 0.0
    for update in range(updates + 1):
        # The first update warms up caches and kernels.
        began = time.perf_counter() if update == 1 else began
        with torch.autocast("cpu", torch.bfloat16, enabled=measure.bfloat16):
            logits = network(x)
        F.binary_cross_entropy_with_logits(logits.float(), y).backward()
        optimiser.step()
        optimiser.zero_grad()
    return batch * updates / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
