"""Train the variants of a paper and print its table beside what is reached here."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ml.experiments.icassp2018 import Row


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paper", choices=("icassp2018",))
    parser.add_argument("data", type=Path, help="folder made by `magnatagatune prepare`")
    parser.add_argument("--out", type=Path, required=True, help="folder for models and results")
    parser.add_argument(
        "--variants", nargs="+", default=[], metavar="NAME", help="a subset, such as: se rese-2"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        dest="overrides",
        help="override one value of the paper's recipe (may be repeated)",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default auto)")


def run(args: argparse.Namespace) -> int:
    """Train what is not trained yet and print the table; 1 on an error, 130 when interrupted."""
    from ml.experiments.icassp2018 import select_variants, table
    from ml.training.checkpoint import TrainingError

    try:
        variants = select_variants(args.variants)
        rows, protocol = _rows(args)
    except (ValueError, TrainingError) as error:
        print(error, file=sys.stderr)
        return 1
    if rows:
        print(table(rows, protocol))
    return 0 if len(rows) == len(variants) else 130


def _rows(args: argparse.Namespace) -> tuple[list[Row], str]:
    from ml.config.recipe import read_recipe
    from ml.data.magnatagatune.split import open_split
    from ml.experiments.icassp2018 import reproduce, select_variants
    from ml.runtime.device import choose_device
    from ml.training.progress import TerminalProgress, stop_on_signal

    recipe = read_recipe("icassp2018-rese2", args.overrides)
    protocol = recipe.data.protocol
    splits = {
        name: open_split(args.data, name, protocol=protocol)
        for name in ("train", "validation", "test")
    }
    terminal = TerminalProgress()
    stop_on_signal(terminal)
    device = choose_device(args.device).torch_device
    rows = reproduce(
        recipe,
        select_variants(args.variants),
        splits,
        args.out,
        device,
        lambda variant: terminal.titled(variant.name),
    )
    return list(rows), protocol
