"""Evaluate a model on a prepared data set: ROC-AUC, average precision, calibration, robustness."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from . import at_least_one

if TYPE_CHECKING:
    from ml.data.magnatagatune.split import Split
    from ml.evaluation.predict import Predictions
    from ml.evaluation.report import Report
    from ml.evaluation.truth import TruthReport
    from ml.inference import Tagger


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="a .safetensors file, or: default")
    parser.add_argument("data", type=Path, nargs="?", help="folder made by `magnatagatune prepare`")
    parser.add_argument(
        "--truth",
        type=Path,
        metavar="DIR",
        help="judge on the clips of this folder instead; its truth.tsv says what they are",
    )
    parser.add_argument("--split", default="test", choices=("train", "validation", "test"))
    parser.add_argument(
        "--protocol", default="A", choices=("A", "B"), help="A: tagged clips only (default); B: all"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument(
        "--robustness", action="store_true", help="repeat with changed sound (ten times as long)"
    )
    parser.add_argument("--plots", type=Path, metavar="DIR", help="write plots into this folder")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default auto)")
    parser.add_argument("--threads", type=at_least_one, help="CPU threads (default: all cores)")


def run(args: argparse.Namespace) -> int:
    """Evaluate and print; 1 when the model or the data cannot be used."""
    if (args.truth is None) == (args.data is None):
        print(
            "Name either a prepared folder or, with --truth, one of known clips.", file=sys.stderr
        )
        return 1
    return _evaluate_truth(args) if args.truth else _evaluate_split(args)


def _evaluate_truth(args: argparse.Namespace) -> int:
    from ml.evaluation.tables import truth_table

    try:
        report = _truth(args)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(report.as_dict(), indent=2) if args.json else truth_table(report))
    return 0


def _truth(args: argparse.Namespace) -> TruthReport:
    from ml.evaluation.evaluate import model_path
    from ml.inference import Tagger

    return hear_truth(Tagger.load(model_path(args.model), args.device, args.threads), args.truth)


def hear_truth(tagger: Tagger, folder: Path) -> TruthReport:
    """The report of the files as a worker would hear them. Raises ValueError."""
    from contextlib import nullcontext

    import numpy as np

    from ml.evaluation.truth import read_truth, truth_report
    from ml.inference import Request

    clips = read_truth(folder)
    requests = [Request(nullcontext(folder / clip.file)) for clip in clips]
    scores = []
    for clip, outcome in zip(clips, tagger.analyse_all(requests), strict=True):
        if isinstance(outcome, Exception):
            raise ValueError(f"{folder / clip.file}: {outcome}") from outcome
        scores.append(outcome.mean_scores)
    return truth_report(tagger.card.name, tagger.card.labels, clips, np.array(scores))


def _evaluate_split(args: argparse.Namespace) -> int:
    import torch

    from ml.checkpoints.weights import load_model
    from ml.data.magnatagatune.split import open_split
    from ml.evaluation.evaluate import evaluate, model_path
    from ml.evaluation.tables import report_table
    from ml.runtime.device import choose_device

    if args.threads:
        torch.set_num_threads(args.threads)
    try:
        model = load_model(model_path(args.model))
        split = open_split(args.data, args.split, protocol=args.protocol)
        device = choose_device(args.device).torch_device
        report, predictions = evaluate(
            model, split, device, robustness=args.robustness, notify=_print_part
        )
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if args.plots:
        _plot(report, split, predictions, args.plots)
    print(json.dumps(report.as_dict(), indent=2) if args.json else report_table(report))
    return 0


def _plot(report: Report, split: Split, predictions: Predictions, folder: Path) -> None:
    from ml.evaluation.plots import plot_precision, plot_tags

    plot_tags(report, folder / "tags.png")
    plot_precision(report, split.hard, predictions.clips, split.tags, folder / "precision.png")


def _print_part(part: str) -> None:
    print(f"… {part}", file=sys.stderr)
