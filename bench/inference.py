"""How many segments a second each way to run the network analyses, on one or more threads.

    python -m bench.inference [--model PATH] [--threads 1 2] [--batches 1 4 16] [--json]

The ways take turns, and a ratio is the median of the ratios within the rounds; "float32" is the
network as PyTorch runs it (eager, no gradients, activations kept in the heap) at the same number
of threads and the largest batch, and "wide" the papers' wide network, run so. On one thread the
process's own CPU time counts, on more the time on the wall. The 8-bit way is there where the model
has been exported (`python -m ml export`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES
from ml.checkpoints.weights import LoadedModel, default_model_path, load_model
from ml.config.network import NetworkConfig
from ml.config.recipe import read_recipe
from ml.nn import SampleCNN
from ml.nn.pair import NetworkPair
from ml.runtime.cpu import has_fast_bfloat16, keep_activations_in_the_heap
from ml.runtime.engine import Engine, fused, mixed, torch_engine
from ml.runtime.fused_network import can_be_fused
from ml.runtime.int8 import Int8Unavailable, load_int8

from .machine import facts, gemm_rates
from .tables import Row, parser, show
from .timing import in_turns, ratio, slope

SEGMENT_SECONDS = SEGMENT_SAMPLES / SAMPLE_RATE
PLAIN, WIDE = "float32", "wide, float32"


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--model", type=Path, default=default_model_path())
    arguments.add_argument("--threads", type=int, nargs="+", default=[1])
    arguments.add_argument("--batches", type=int, nargs="+", default=[1, 4, 16])
    arguments.add_argument("--rounds", type=int, default=5)
    args = arguments.parse_args()
    keep_activations_in_the_heap()
    model = load_model(args.model)
    rows = [
        row
        for threads in args.threads
        for row in measure(model, args.model, threads, args.batches, args.rounds)
    ]
    torch.set_num_threads(1)
    results = {
        "machine": facts(),
        "network": {"gflop_per_segment": round(gflop(model.whole), 2)},
        "gemm_gflop_per_s": gemm_rates(),
        "rows": rows,
    }
    show(results, args.json)


def measure(
    model: LoadedModel, weights: Path, threads: int, batches: list[int], rounds: int
) -> list[Row]:
    """One row for each way and batch."""
    torch.set_num_threads(threads)
    wide = _wide(len(model.card.labels))
    work = {WIDE: gflop(wide)}
    ways = {
        (engine.name, batch): _run(engine, batch)
        for batch in batches
        for engine in [Engine(WIDE, wide.forward_with_embedding), *engines(model, weights)]
    }
    clock = time.process_time if threads == 1 else time.perf_counter
    named = {f"{name}/{batch}": run for (name, batch), run in ways.items()}
    with torch.inference_mode():
        seconds = in_turns(named, rounds, clock)
    bases = [
        [second / max(batches) for second in seconds[f"{base}/{max(batches)}"]]
        for base in (PLAIN, WIDE)
    ]
    own = gflop(model.whole)
    return [
        _row(name, threads, batch, seconds, batches, bases, work.get(name, own))
        for name in dict.fromkeys(name for name, _ in ways)
        for batch in batches
    ]


def _wide(labels: int) -> SampleCNN:
    """With random weights: what it says does not matter here."""
    config = read_recipe("modern").network | {"labels": labels}
    return SampleCNN(NetworkConfig.from_dict(config)).eval()


def gflop(network: torch.nn.Module) -> float:
    """Of one segment, all of the model's networks together."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 1, SEGMENT_SAMPLES))
    return counter.get_total_flops() / 1e9


def engines(model: LoadedModel, weights: Path) -> list[Engine]:
    """Every way this machine can run the model, the plain one first."""
    network = model.whole
    engines = [Engine(PLAIN, network.forward_with_embedding)]
    if isinstance(network, NetworkPair):
        engines.append(torch_engine(network, torch.device("cpu")))
    else:
        engines += _of_one_network(network)
    try:
        forward = load_int8(weights, model.card.sha256, torch.device("cpu"), network)
        engines.append(Engine("int8, OpenVINO", forward))
    except Int8Unavailable as reason:
        print(f"no int8 row: {reason}", file=sys.stderr)
    return engines


def _of_one_network(network: SampleCNN) -> Iterator[Engine]:
    if can_be_fused(network.config):
        yield fused(network, torch.float32)
    if has_fast_bfloat16():
        yield mixed(network, torch.bfloat16)
        if can_be_fused(network.config):
            yield fused(network, torch.bfloat16)


def _run(engine: Engine, batch: int) -> Callable[[], Any]:
    sounds = 0.1 * torch.randn(batch, 1, SEGMENT_SAMPLES)
    return lambda: engine.forward(sounds)


def _row(
    name: str,
    threads: int,
    batch: int,
    seconds: dict[str, list[float]],
    batches: list[int],
    bases: list[list[float]],
    gflop: float,
) -> Row:
    each = [second / batch for second in seconds[f"{name}/{batch}"]]
    growth = slope(batches, [median(seconds[f"{name}/{size}"]) for size in batches])
    return {
        "backend": name,
        "threads": threads,
        "batch": batch,
        "segments_per_s": round(1 / median(each), 1),
        "times_real_time": round(SEGMENT_SECONDS / median(each)),
        "ratio": round(ratio(bases[0], each), 2),
        "of_wide": round(ratio(bases[1], each), 2),
        "gflop_per_s": round(gflop / median(each)),
        "slope_of_time_by_batch": round(growth, 2),
    }


if __name__ == "__main__":
    main()
