"""Train a network as a recipe says; started again, it goes on where it was stopped."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import at_least_one

if TYPE_CHECKING:
    import torch

    from ml.data.magnatagatune.split import Split
    from ml.training.head_trainer import HeadTrainer
    from ml.training.trainer import Trainer


REPORT = "report.html"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "recipe", help="a TOML file, or a preset: default, modern, fine-tune, icassp2018-rese2, msd"
    )
    parser.add_argument("data", type=Path, help="folder made by `magnatagatune prepare`")
    parser.add_argument("out", type=Path, help="folder for the model, the log and the checkpoint")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.KEY=VALUE",
        dest="overrides",
        help="override one value of the recipe (may be repeated)",
    )
    parser.add_argument("--name", help="the model's name (default: the name of OUT)")
    parser.add_argument(
        "--licence",
        default="CC BY-NC-SA 3.0 data: non-commercial use",
        help="terms of use, written into the model's card",
    )
    parser.add_argument(
        "--tensorboard",
        action="store_true",
        help="also log for TensorBoard, into OUT/tensorboard (bin/setup tensorboard)",
    )
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default auto)")
    parser.add_argument("--threads", type=at_least_one, help="CPU threads (default: all cores)")


def run(args: argparse.Namespace) -> int:
    """Train; 0 when the recipe is fulfilled, 1 on an error, 130 when interrupted."""
    import torch

    from ml.training.checkpoint import TrainingError

    if args.threads:
        torch.set_num_threads(args.threads)
    try:
        trainer = _trainer(args)
        result = trainer.run()
    except (ValueError, TrainingError) as error:
        print(error, file=sys.stderr)
        return 1
    if not result.finished:
        print("Stopped; run the same command again to go on.", file=sys.stderr)
        return 130
    _report(result.model, trainer.validation, trainer.device)
    print(result.model)
    return 0


def _report(weights: Path, validation: Split, device: torch.device) -> None:
    """The run on one page, beside its weights. Of several processes, the first one's."""
    from ml.checkpoints.weights import load_model
    from ml.config.callbacks import read_log
    from ml.evaluation.evaluate import evaluate
    from ml.evaluation.html_report import write_html_report
    from ml.training.best_model import LOG
    from ml.training.distributed import is_leader

    if not is_leader():
        return
    model = load_model(weights)
    report, _predictions = evaluate(model, validation, device)
    page = weights.parent / REPORT
    write_html_report(page, model.card, read_log(weights.parent / LOG), report)
    print(f"Curves and tags: {page}", file=sys.stderr)


def _trainer(args: argparse.Namespace) -> Trainer | HeadTrainer:
    from ml.config.callbacks import Together
    from ml.config.recipe import read_recipe
    from ml.data.magnatagatune.split import open_split
    from ml.runtime.device import choose_device
    from ml.training.head_trainer import trainer_for
    from ml.training.progress import TensorBoardLog, TerminalProgress, stop_on_signal
    from ml.training.validation import Identity

    recipe = read_recipe(args.recipe, args.overrides)
    device = choose_device(args.device)
    terminal = TerminalProgress()
    stop_on_signal(terminal)
    print(f"Training on {device.torch_device} ({device.reason}).", file=sys.stderr)
    logs = [TensorBoardLog(args.out)] if args.tensorboard else []
    protocol = recipe.data.protocol
    return trainer_for(recipe)(
        recipe,
        open_split(args.data, "train", protocol=protocol),
        open_split(args.data, "validation", protocol=protocol),
        args.out,
        identity=Identity(args.name or args.out.name, args.licence),
        device=device.torch_device,
        callbacks=Together(terminal, *logs),
    )
