"""The `train` step: the shapes to be tried for a short while each, then the chosen one."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from ml.config import NetworkConfig

from .hearing import Teachers, hear
from .resident import Resident, load, split
from .shapes import SHAPES
from .targets import MEL, Targets, load_targets
from .training import Settings, Student

SPLITS = ("train", "validation", "test")


def train_all(args: argparse.Namespace) -> None:
    """`args` are those of the command line; the last student ends when `args.seconds` are over."""
    began = time.monotonic()
    device = torch.device(args.device)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    targets = load_targets(args.targets)
    sound, starts = load(args.sound, targets, device)
    print(f"loaded after {time.monotonic() - began:.1f} s", flush=True)
    if args.teachers:
        targets = _heard(args, sound, starts, targets)
        print(f"heard after {time.monotonic() - began:.1f} s", flush=True)
    train, validation, test = (split(sound, starts, targets, (name,))[0] for name in SPLITS)
    settings = Settings(batch_size=args.batch, rate=args.rate, compile=args.compile, seed=args.seed)
    for shape in args.tried:
        short = replace(
            settings, seconds=args.try_seconds, look_seconds=1e9, keep=False, compile=False
        )
        _student(shape, short, (train, validation), targets.tags, args, f"try-{shape}").run()
    left = args.seconds - (time.monotonic() - began)
    student = _student(
        args.shape, replace(settings, seconds=left), (train, validation), targets.tags, args
    )
    student.run(deadline=began + args.seconds)
    if len(test):
        student.judge(test)


def _heard(
    args: argparse.Namespace, sound: Tensor, starts: dict[int, int], targets: Targets
) -> Targets:
    """The targets completed by the teachers, and kept beside the weights."""
    mel = np.load(args.targets.with_name(MEL))
    teachers = Teachers(args.teachers, mel, targets.tags, sound.device)
    pool, clips = split(sound, starts, targets, SPLITS)
    complete = hear(pool, clips, targets, teachers)
    complete.save(args.out / "heard.npz")
    return complete


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
