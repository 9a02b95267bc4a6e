"""Export a model for a quicker backend: an 8-bit copy that workers find beside its weights."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import at_least_one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="a .safetensors file, or: default")
    parser.add_argument("data", type=Path, help="folder made by `magnatagatune prepare`")
    parser.add_argument(
        "--backend", default="int8", choices=("int8",), help="8 bits on a CPU, by OpenVINO"
    )
    parser.add_argument("--threads", type=at_least_one, help="CPU threads (default: all cores)")


def run(args: argparse.Namespace) -> int:
    """Calibrate on the train split, evaluate on the test split; 1 when refused."""
    import torch

    from ml.checkpoints.card import int8_path
    from ml.checkpoints.weights import load_model
    from ml.data.magnatagatune.split import open_split
    from ml.evaluation.evaluate import model_path
    from ml.export.quantisation import export_int8
    from ml.runtime.cpu import keep_activations_in_the_heap

    keep_activations_in_the_heap()
    if args.threads:
        torch.set_num_threads(args.threads)
    weights = model_path(args.model)
    try:
        train, test = (open_split(args.data, name) for name in ("train", "test"))
        comparison = export_int8(load_model(weights), weights, train, test)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{int8_path(weights)}: {comparison}")
    return 0
