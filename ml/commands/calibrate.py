"""Measure what a model's scores mean, on validation clips, and write it into its card."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ml.data.magnatagatune.split import Split


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="a .safetensors file, or: default")
    parser.add_argument("data", type=Path, help="folder made by `magnatagatune prepare`")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default auto)")
    parser.add_argument("--threads", type=int, help="CPU threads (default: all cores)")


def run(args: argparse.Namespace) -> int:
    """Measure and write; 1 when the model or the data cannot be used."""
    from ml.checkpoints.weights import change_card
    from ml.evaluation.evaluate import model_path

    path = model_path(args.model)
    try:
        calibration = _calibration(path, args)
        change_card(path, calibration=calibration)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    _print_words(path, calibration, args)
    own, fewest = len(calibration["tags"]), calibration["minimum_positives"]
    print(
        f"{path}: {own} tags have curves of their own, the others, with fewer than {fewest} of "
        f"{calibration['clips']} clips, the one of all tags together"
    )
    return 0


def _print_words(path: Path, calibration: dict[str, Any], args: argparse.Namespace) -> None:
    """What the words are worth on clips that had no say in them."""
    from ml.evaluation.calibration import words_kept

    split, scores, thresholds = _scored(path, args, "test")
    kept = words_kept(split.hard, scores, split.tags, thresholds, calibration)
    for word, (count, share) in kept.items():
        print(f"test split, {word}: {count} tags, {share:.3f} of them right")


def _calibration(path: Path, args: argparse.Namespace) -> dict[str, Any]:
    """Raises ValueError."""
    from ml.evaluation.calibration import calibrate

    split, scores, thresholds = _scored(path, args, "validation")
    found = calibrate(split.hard, scores, split.tags, thresholds, split.known)
    if not found:
        raise ValueError(f"{args.data} has too few clips with any tag of {path} to calibrate by.")
    return found


def _scored(path: Path, args: argparse.Namespace, name: str) -> tuple[Split, Any, dict[str, float]]:
    """All clips of a split with the model's scores `(clips, tags)`, and its thresholds."""
    import torch

    from ml.checkpoints.weights import load_model
    from ml.data.magnatagatune.split import open_split
    from ml.evaluation.evaluate import score_split
    from ml.runtime.device import choose_device

    if args.threads:
        torch.set_num_threads(args.threads)
    model, split = load_model(path), open_split(args.data, name, protocol="B")
    scores = score_split(model, split, choose_device(args.device).torch_device)
    return split, scores.clips, model.card.thresholds
