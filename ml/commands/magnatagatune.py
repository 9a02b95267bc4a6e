"""Fetch, verify and prepare MagnaTagATune, or any folder in its layout."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from . import at_least_one

if TYPE_CHECKING:
    from ml.data.magnatagatune.annotations import Annotations
    from ml.data.magnatagatune.verify import Verification

SHOWN_FLAWS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    steps = parser.add_subparsers(metavar="STEP", required=True, dest="step")
    fetch = steps.add_parser("fetch", help="download and unpack the official files; resumes")
    fetch.add_argument("folder", type=Path)
    fetch.add_argument("--source", help="a mirror's address (default: the official site)")
    verify = steps.add_parser("verify", help="count clips and tags, name files with a flaw")
    verify.add_argument("folder", type=Path)
    verify.add_argument(
        "--deep", action="store_true", help="decode every clip to its end, not its beginning alone"
    )
    prepare = steps.add_parser("prepare", help="decode all clips once into memory-mapped files")
    prepare.add_argument("folder", type=Path)
    prepare.add_argument("out", type=Path)
    prepare.add_argument("--workers", type=at_least_one, help="processes (default: one a core)")


def run(args: argparse.Namespace) -> int:
    """Do one step; 1 when it fails or the data set has flaws."""
    steps: dict[str, Callable[[argparse.Namespace], int]] = {
        "fetch": _fetch,
        "verify": _verify,
        "prepare": _prepare,
    }
    try:
        return steps[args.step](args)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1


def _fetch(args: argparse.Namespace) -> int:
    from ml.data.magnatagatune.fetch import SOURCE, fetch

    with bar_of(unit="B", unit_scale=True) as bar:
        fetch(args.folder, source=args.source or SOURCE, on_progress=named(bar))
    return 0


def _verify(args: argparse.Namespace) -> int:
    from ml.data.magnatagatune.verify import verify

    with bar_of(unit="clip") as bar:
        verification = verify(
            args.folder, deep=args.deep, on_progress=lambda done, total: show(bar, done, total)
        )
    return report(verification)


def report(verification: Verification) -> int:
    """Print it; 1 where there are flaws."""
    for protocol, counts in verification.counts.items():
        print(f"protocol {protocol}: " + ", ".join(f"{n} {split}" for split, n in counts.items()))
    for tag, positives in sorted(verification.positives.items(), key=lambda item: -item[1]):
        print(f"{positives:6} {tag}")
    if verification.known_broken:
        print(
            f"{len(verification.known_broken)} clips are broken in the original and are left out."
        )
    flaws = [f"missing: {path}" for path in verification.missing]
    flaws += [f"unreadable: {path}: {why}" for path, why in verification.unreadable.items()]
    for flaw in flaws[:SHOWN_FLAWS]:
        print(flaw, file=sys.stderr)
    if len(flaws) > SHOWN_FLAWS:
        print(f"… and {len(flaws) - SHOWN_FLAWS} more", file=sys.stderr)
    return 0 if verification.whole else 1


def _prepare(args: argparse.Namespace) -> int:
    from ml.data.magnatagatune.annotations import read_annotations

    return prepare_clips(args, read_annotations(args.folder))


def prepare_clips(args: argparse.Namespace, annotations: Annotations) -> int:
    """Decode them from `args.folder` into `args.out`, with a bar; name what is left out."""
    from ml.data.magnatagatune.prepare import disk_need, prepare

    print(f"{args.out} will take {disk_need(annotations) / 1e9:.1f} GB.", file=sys.stderr)
    with bar_of(unit="clip") as bar:
        unreadable = prepare(
            args.folder,
            args.out,
            annotations=annotations,
            workers=args.workers,
            on_progress=named(bar),
        )
    for split, paths in unreadable.items():
        for path in paths:
            print(f"left out of {split}: {path}", file=sys.stderr)
    return 0


def bar_of(**settings: Any) -> tqdm[None]:
    """A bar on the terminal; none in a log."""
    return tqdm(file=sys.stderr, disable=None, **settings)


def named(bar: tqdm[None]) -> Callable[[str, int, int], None]:
    """What moves `bar` and gives it a name."""

    def move(name: str, done: int, total: int) -> None:
        bar.set_description(name, refresh=False)
        show(bar, done, total)

    return move


def show(bar: tqdm[None], done: int, total: int) -> None:
    """Move `bar`."""
    bar.total = total
    bar.update(done - bar.n)
