"""Verify and prepare the Million Song Dataset: its published split, fifty tags and previews."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from . import at_least_one
from .magnatagatune import bar_of, prepare_clips, report, show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(metavar="STEP", required=True, dest="step")
    verify = steps.add_parser("verify", help="count clips and tags, name previews with a flaw")
    verify.add_argument("folder", type=Path, help="the split's six files, previews under mp3")
    verify.add_argument(
        "--deep", action="store_true", help="decode every clip to its end, not its beginning alone"
    )
    prepare = steps.add_parser("prepare", help="decode the previews that are here; resumes")
    prepare.add_argument("folder", type=Path, help="the split's six files, previews under mp3")
    prepare.add_argument("out", type=Path)
    prepare.add_argument("--workers", type=at_least_one, help="processes (default: one a core)")


def run(args: argparse.Namespace) -> int:
    """Do one step; 1 when it fails or the data set has flaws."""
    steps: dict[str, Callable[[argparse.Namespace], int]] = {"verify": _verify, "prepare": _prepare}
    try:
        return steps[args.step](args)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1


def _verify(args: argparse.Namespace) -> int:
    from ml.data.magnatagatune.verify import verify
    from ml.data.million_song.annotations import read_million_song

    with bar_of(unit="clip") as bar:
        verification = verify(
            args.folder,
            annotations=read_million_song(args.folder, present_only=False),
            deep=args.deep,
            on_progress=lambda done, total: show(bar, done, total),
        )
    return report(verification)


def _prepare(args: argparse.Namespace) -> int:
    from ml.data.million_song.annotations import PUBLISHED, read_million_song

    annotations = read_million_song(args.folder)
    for split, published in PUBLISHED.items():
        here = annotations.splits.count(split)
        print(f"{split}: {here:,} of {published:,} previews are here.", file=sys.stderr)
    if len(annotations.paths) < sum(PUBLISHED.values()):
        print("Figures of a part are not those of the published split.", file=sys.stderr)
    return prepare_clips(args, annotations)
