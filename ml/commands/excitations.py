"""Show what the squeeze-and-excitation gates of a model do, block by block and tag by tag."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="a .safetensors file, or: default")
    parser.add_argument("data", type=Path, help="folder made by `magnatagatune prepare`")
    parser.add_argument("--out", type=Path, required=True, help="folder for the file and the plot")
    parser.add_argument("--split", default="test", choices=("train", "validation", "test"))
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default auto)")


def run(args: argparse.Namespace) -> int:
    """Measure, save, plot and print the spread of every block as JSON; 1 on an error."""
    from ml.checkpoints.weights import load_model
    from ml.data.magnatagatune.split import open_split
    from ml.evaluation.evaluate import model_path
    from ml.evaluation.se_gates import by_tag, mean_se_gates, save_se_gates, spread
    from ml.runtime.device import choose_device

    try:
        network = load_model(model_path(args.model)).network
        split = open_split(args.data, args.split)
        blocks = mean_se_gates(network.to(choose_device(args.device).torch_device), split)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    from ml.evaluation.plots import plot_se_gates

    means = [by_tag(clips, split) for clips in blocks]
    spreads = [spread(gates) for gates, _ in means]
    save_se_gates(args.out / "excitations.npz", blocks, split)
    plot_se_gates(spreads, *means[0], args.out / "excitations.png")
    print(json.dumps({f"block {k}": round(value, 5) for k, value in enumerate(spreads, 1)}))
    return 0
