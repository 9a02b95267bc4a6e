"""The `train` step: the shapes to be tried for a short while each, then the chosen one."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import torch

from ml.config import NetworkConfig

from .resident import Resident, load
from .shapes import SHAPES
from .targets import load_targets
from .training import Settings, Student


def train_all(args: argparse.Namespace) -> None:
    """`args` are those of the command line; the last student ends when `args.seconds` are over."""
    began = time.monotonic()
    device = torch.device(args.device)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    targets = load_targets(args.targets)
    train, validation = load(args.sound, targets, device)
    print(f"loaded after {time.monotonic() - began:.1f} s", flush=True)
    settings = Settings(batch_size=args.batch, rate=args.rate, compile=args.compile, seed=args.seed)
    for shape in args.tried:
        short = replace(settings, seconds=args.try_seconds, look_seconds=1e9, keep=False)
        _student(shape, short, (train, validation), targets.tags, args, f"try-{shape}").run()
    left = args.seconds - (time.monotonic() - began)
    student = _student(
        args.shape, replace(settings, seconds=left), (train, validation), targets.tags, args
    )
    student.run(deadline=began + args.seconds)


def _student(
    shape: str,
    settings: Settings,
    pools: tuple[Resident, Resident],
    tags: list[str],
    args: argparse.Namespace,
    name: str = "student",
) -> Student:
    config = NetworkConfig.from_dict({**SHAPES[shape], "labels": len(tags)})
    return Student(config, settings, *pools, tags, args.out, name)
