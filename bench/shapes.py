"""How quick each shape of the student's network is on one thread, against the papers' wide one.

    python -m bench.shapes [--batch 4] [--rounds 5] [--json]

The shapes take turns, with random weights; a ratio is the median of the ratios within the rounds.
The base is the wide network as PyTorch runs it, eager and in float32.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch

from bench.machine import facts
from bench.tables import parser, show
from bench.timing import in_turns, ratio
from distillation.student.shapes import SHAPES
from ml.audio.reading import SEGMENT_SAMPLES
from ml.config.network import NetworkConfig
from ml.nn.macs import count_macs
from ml.nn.network import SampleCNN, count_parameters
from ml.runtime.cpu import has_fast_bfloat16, keep_activations_in_the_heap
from ml.runtime.engine import fused

LABELS, BASE = 100, "wide"


def main() -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--batch", type=int, default=4)
    arguments.add_argument("--rounds", type=int, default=5)
    args = arguments.parse_args()
    keep_activations_in_the_heap()
    torch.set_num_threads(1)
    sounds = 0.1 * torch.randn(args.batch, 1, SEGMENT_SAMPLES)
    networks = {
        name: SampleCNN(NetworkConfig.from_dict({**shape, "labels": LABELS})).eval()
        for name, shape in SHAPES.items()
    }
    ways: dict[str, Callable[[], Any]] = {"eager": lambda: networks[BASE](sounds)}
    quick = torch.bfloat16 if has_fast_bfloat16() else torch.float32
    for name, network in networks.items():
        ways[name] = partial(fused(network, quick).forward, sounds)
    with torch.inference_mode():
        seconds = in_turns(ways, args.rounds)
    rows = [
        {
            "shape": name,
            "parameters": count_parameters(network),
            "gflop_per_segment": round(2 * count_macs(network) / 1e9, 2),
            "of_wide_eager_float32": round(ratio(seconds["eager"], seconds[name]), 2),
            "of_wide_fused": round(ratio(seconds[BASE], seconds[name]), 2),
        }
        for name, network in networks.items()
    ]
    show({"machine": facts(), "fused_in": str(quick), "rows": rows}, args.json)


if __name__ == "__main__":
    main()
