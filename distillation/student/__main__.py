"""`python -m distillation.student STEP …`: carries the pool to a GPU and trains there."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m distillation.student", description=__doc__)
    steps = parser.add_subparsers(metavar="STEP", required=True)
    _add_pack(steps.add_parser("pack", help="pack the pool's sound, and write its targets"))
    _add_unpack(steps.add_parser("unpack", help="decode packs of sound"))
    _add_train(steps.add_parser("train", help="train for so many seconds"))
    _add_release(steps.add_parser("release", help="write the model that ships, and its card"))
    args = parser.parse_args()
    try:
        return int(args.run(args))
    except (ValueError, OSError, ArithmeticError) as error:
        print(error, file=sys.stderr)
        return 1


def _add_pack(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pool", type=Path, help="folder with clips.tsv and labels.npz")
    parser.add_argument("standin", type=Path, help="the stand-in data set")
    parser.add_argument("out", type=Path, help="folder of the packs; what lies there is kept")
    parser.add_argument("--most-mib", type=float, default=40.0, help="for one pack (default 40)")
    parser.add_argument(
        "--kbit", type=float, default=16.0, help="kbit/s (default 16); 0: the files as they are"
    )
    parser.set_defaults(run=_pack)


def _pack(args: argparse.Namespace) -> int:
    import numpy as np

    from .pool import make_targets, mel_filters, pack_sound, sizes
    from .targets import MEL

    # A link may point elsewhere before this is done.
    most, pool = int(args.most_mib * 2**20), args.pool.resolve()
    packs = pack_sound(pool, args.out, most_bytes=most, kbit_per_s=args.kbit)
    print(*sizes(packs), sep="\n")
    make_targets(pool, args.standin).save(args.out / "targets.npz")
    np.save(args.out / MEL, mel_filters())
    return 0


def _add_unpack(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("packs", type=Path, nargs="+", help="files made by `pack`")
    parser.add_argument("out", type=Path, help="folder of the decoded sound")
    parser.add_argument("--processes", type=int, default=4)
    parser.set_defaults(run=_unpack)


def _unpack(args: argparse.Namespace) -> int:
    from .packs import unpack

    for pack in args.packs:
        print(unpack(pack, args.out, args.processes), flush=True)
    return 0


def _add_train(parser: argparse.ArgumentParser) -> None:
    from .shapes import SHAPES

    parser.add_argument("sound", type=Path, help="folder made by `unpack`")
    parser.add_argument("targets", type=Path, help="targets.npz")
    parser.add_argument("out", type=Path, help="folder for weights and curve")
    parser.add_argument("--teachers", type=Path, help="weights: ask them for missing scores first")
    parser.add_argument("--seconds", type=float, required=True, help="of the whole command")
    parser.add_argument("--shape", choices=SHAPES, default="narrow")
    parser.add_argument("--try", dest="tried", choices=SHAPES, nargs="*", default=[])
    parser.add_argument("--try-seconds", type=float, default=25.0, help="for each that is tried")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(run=_train)


def _train(args: argparse.Namespace) -> int:
    from .command import train_all

    train_all(args)
    return 0


def _add_release(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("trained", type=Path, help="folder that `train` wrote")
    parser.add_argument("second", type=Path, help="file that `distillation.second` wrote")
    parser.add_argument("prepared", type=Path, help="the stand-in, prepared")
    parser.add_argument("pool", type=Path, help="folder that the names in the targets begin from")
    parser.add_argument("truth", type=Path, help="clips whose truth is known")
    parser.add_argument("out", type=Path, help="the .safetensors file to write")
    parser.add_argument("--licence", required=True, help="terms of use")
    parser.add_argument("--data-note", required=True, help="on what it was trained, in words")
    parser.add_argument("--note", required=True, help="how, in words")
    parser.add_argument("--threads", type=int, default=1)
    parser.set_defaults(run=_release)


def _release(args: argparse.Namespace) -> int:
    import torch

    from .release import Sources, release

    torch.set_num_threads(args.threads)
    sources = Sources(args.trained, args.second, args.prepared, args.pool, args.truth)
    card = release(
        sources, args.out, licence=args.licence, data_note=args.data_note, note=args.note
    )
    print(f"{args.out}: SHA-256 {card.sha256}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
