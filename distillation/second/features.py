"""What the second network's convolutions make of the pool's segments, for its head to be fitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from distillation.pool.rules import limits
from distillation.pool.store import read_pool, segments_of
from distillation.student.targets import Targets
from ml.audio import SEGMENT_SAMPLES
from ml.audio.reading import read
from ml.nn.musicnn import Musicnn

from .fit import Heard

Sounds = npt.NDArray[np.float32]
# Neighbouring segments say nearly the same: every third of a long clip, every second of others.
LONG, EVERY_OF_LONG, EVERY = 10, 3, 2
# A part of what is learnt from is heard at another level, in dB.
CHANGED, QUIETEST, LOUDEST = 0.3, -20.0, 3.0
# No teacher is asked about what is no music: a part of what its rules allow at most.
NOISE, UNASKED = "noise", 0.3


def hear(network: Musicnn, pool: Path, targets: Targets, seed: int = 0) -> Heard:
    """The pool's train clips; `pool` holds the files that `targets` names."""
    rng = np.random.default_rng(seed)
    bounded, first = targets.bounded(), targets.rows()
    features, rows, chances = [], [], []
    for clip, name in enumerate(targets.names):
        if targets.splits[clip] != "train":
            continue
        count = int(targets.segments[clip])
        chosen = _chosen(count, rng)
        features.append(_features(network, segments(pool / name, count)[chosen], rng))
        rows.append(first[clip] + chosen)
        chances.append(np.repeat(targets.chances[clip], len(chosen)))
    wanted, drawn = bounded[np.concatenate(rows)], np.concatenate(chances)
    return Heard(torch.cat(features), torch.from_numpy(wanted), torch.from_numpy(drawn))


def hear_noises(network: Musicnn, pool: Path, targets: Targets, seed: int = 0) -> Heard:
    """What the pool has that is no music and `targets` do not name: it came after them."""
    rng = np.random.default_rng([seed, 1])
    named, features, wanted, chances = set(targets.names), [], [], []
    for clip in read_pool(pool):
        if clip.kind == NOISE and clip.path not in named:
            heard = _features(network, segments(pool / clip.path, segments_of(clip.seconds)), rng)
            features.append(heard)
            chances.append(np.full(len(heard), clip.weight, np.float32))
            wanted.append(limits(clip.rules).highest[None].repeat(len(heard), 0))
    if not features:
        raise ValueError(f"{pool} has no noises that the targets do not name; make some: noises")
    lowered, drawn = UNASKED * np.concatenate(wanted), np.concatenate(chances)
    return Heard(torch.cat(features), torch.from_numpy(lowered), torch.from_numpy(drawn))


@torch.inference_mode()
def _features(network: Musicnn, sounds: Sounds, rng: np.random.Generator) -> torch.Tensor:
    """`(segments, features)`, some at another level."""
    changed = torch.from_numpy(sounds * _gains(len(sounds), rng))
    return network.features(network.log_mel(changed))


def segments(file: Path, count: int) -> Sounds:
    """The first `count` whole segments of a file, `(count, 59049)`; filled up with silence."""
    sound = read(file)[: count * SEGMENT_SAMPLES]
    filled = np.pad(sound, (0, count * SEGMENT_SAMPLES - len(sound)))
    return filled.reshape(count, SEGMENT_SAMPLES).astype(np.float32)


def _chosen(count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    step = EVERY_OF_LONG if count >= LONG else EVERY if count > EVERY_OF_LONG else 1
    return np.arange(rng.integers(step), count, step)


def _gains(count: int, rng: np.random.Generator) -> Sounds:
    decibels = rng.uniform(QUIETEST, LOUDEST, count) * (rng.random(count) < CHANGED)
    gains: Sounds = (10 ** (decibels / 20)).astype(np.float32)[:, None]
    return gains


def whole_clips(pool: Path, targets: Targets, split: str) -> Iterator[Sounds]:
    """The segments of every clip of a split."""
    for clip, name in enumerate(targets.names):
        if targets.splits[clip] == split:
            yield segments(pool / name, int(targets.segments[clip]))
