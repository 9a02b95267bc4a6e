"""Play a few generated sounds to a model and say whether it answers without nonsense.

For models from elsewhere: what it may take of memory and time is bounded before it is loaded.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path

# Four times what the wide network of the papers takes with its five sounds.
MEMORY_GIB = 4
CPU_SECONDS = 300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("weights", type=Path, help="NAME.safetensors, its card beside it")
    parser.add_argument(
        "--memory",
        type=int,
        default=MEMORY_GIB,
        metavar="GIB",
        help="memory it may take (%(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Print what was found; 1 when there are problems, 2 when it cannot be loaded."""
    _limit(args.memory)
    from ml.checkpoints.card import WeightsError
    from ml.inference.smoke import SmokeResult, smoke_test
    from ml.inference.tagger import Tagger

    try:
        result = smoke_test(Tagger.load(args.weights, device="cpu", threads=1))
    except WeightsError as error:
        result = SmokeResult([], [str(error)], 0)
    except MemoryError:
        result = SmokeResult([], [f"It needs more than {args.memory} GiB of memory."], 0)
    except RuntimeError as error:
        # PyTorch's allocator has no exception of its own for this on the CPU.
        if "alloc" not in str(error):
            raise
        result = SmokeResult([], [f"It needs more than {args.memory} GiB of memory."], 0)
    if args.json:
        print(json.dumps(asdict(result)))
    else:
        print("\n".join(result.problems) or f"No problem found with {len(result.sounds)} sounds.")
    if result.problems:
        return 1 if result.sounds else 2
    return 0


def _limit(gib: int) -> None:
    """Of what a process fills itself; the libraries' own pages, which are shared, do not count."""
    if sys.platform == "linux":
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (gib * 1024**3, hard))
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, hard))
