"""Make a trained model ready for use: thresholds, figures in its card, half-precision weights."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ml.checkpoints.card import ModelCard

from . import at_least_one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, help="the .safetensors file of a training")
    parser.add_argument("data", type=Path, help="folder made by `magnatagatune prepare`")
    parser.add_argument("out", type=Path, help="the .safetensors file to write")
    parser.add_argument("--name", help="the model's name (default: as it is)")
    parser.add_argument("--licence", help="terms of use (default: as they are)")
    parser.add_argument("--data-note", help="what the model was trained on, for its card")
    parser.add_argument("--note", help="what else a reader of the card must know")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default auto)")
    parser.add_argument("--threads", type=at_least_one, help="CPU threads (default: all cores)")


def run(args: argparse.Namespace) -> int:
    """Evaluate, round and write; 1 when the model or the data cannot be used."""
    try:
        largest_change = _ship(args)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{args.out} (half precision moves a score by at most {largest_change:.4f})")
    return 0


def _ship(args: argparse.Namespace) -> float:
    import torch

    from ml.checkpoints.weights import load_model, save_model
    from ml.data.magnatagatune.split import open_split
    from ml.export.release import make_release
    from ml.runtime.device import choose_device

    if args.threads:
        torch.set_num_threads(args.threads)
    device = choose_device(args.device).torch_device
    model = load_model(args.model)
    validation, test = (open_split(args.data, name) for name in ("validation", "test"))
    release = make_release(model, validation, test, device)
    card = dataclasses.replace(release.card, **_facts(args, release.card))
    save_model(args.out, release.network, card, release.second)
    return release.largest_change


def _facts(args: argparse.Namespace, card: ModelCard) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if args.name:
        facts["name"] = args.name
    if args.licence:
        facts["licence"] = args.licence
    if args.data_note:
        facts["data"] = {**card.data, "note": args.data_note}
    if args.note:
        facts["provenance"] = {**card.provenance, "note": args.note}
    return facts
