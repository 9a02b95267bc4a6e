"""Tag audio files with a trained network."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.audio.reading import AudioError
from ml.inference.pipeline import Request

if TYPE_CHECKING:
    from ml.inference.tagger import Tagger


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="audio files to tag")
    parser.add_argument("--json", action="store_true", help="print one JSON list, best tag first")
    parser.add_argument(
        "--top", type=_positive, metavar="N", help="best N tags (10; with --json, all)"
    )
    parser.add_argument("--model", type=Path, metavar="PATH", help="weights (.safetensors)")


def run(args: argparse.Namespace) -> int:
    """Tag every file that can be decoded; 1 when one could not be, or no model could be loaded."""
    from ml.checkpoints.weights import WeightsError
    from ml.inference.tagger import Tagger

    try:
        tagger = Tagger.load(args.model)
    except WeightsError as error:
        print(error, file=sys.stderr)
        return 1
    results = _results(tagger, args.files, args.top)
    failed = _print_json(results) if args.json else _print_tables(results, args.top or 10)
    return 1 if failed else 0


Result = dict[str, Any]


def _results(tagger: Tagger, files: list[str], top: int | None) -> Iterator[Result | None]:
    outcomes = tagger.analyse_all([Request(nullcontext(file)) for file in files])
    for file, outcome in zip(files, outcomes, strict=True):
        if isinstance(outcome, AudioError):
            print(f"{file}: {outcome}", file=sys.stderr)
            yield None
            continue
        if isinstance(outcome, Exception):
            raise outcome
        scores = zip(tagger.card.labels, outcome.mean_scores, strict=True)
        ranked = sorted(scores, key=lambda pair: -pair[1])
        tags = [{"tag": tag, "score": round(float(score), 6)} for tag, score in ranked[:top]]
        yield {"file": file, "tags": tags}


def _print_json(results: Iterator[Result | None]) -> bool:
    """Print what could be tagged as one list; returns whether a file failed."""
    everything = list(results)
    print(json.dumps([result for result in everything if result], indent=2, ensure_ascii=False))
    return None in everything


def _print_tables(results: Iterator[Result | None], top: int) -> bool:
    """Print a table for each file as soon as it is there; returns whether a file failed."""
    failed = False
    for result in results:
        if result is None:
            failed = True
            continue
        print(result["file"])
        for entry in result["tags"][:top]:
            bar = "█" * round(entry["score"] * 30)
            print(f"  {entry['tag']:<13} {entry['score']:6.3f}  {bar}".rstrip(), flush=True)
    return failed


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return number
