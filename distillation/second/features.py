"""What the second network's convolutions make of the pool's segments, for its head to be fitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

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


@torch.inference_mode()
def hear(network: Musicnn, pool: Path, targets: Targets, seed: int = 0) -> Heard:
    """The features of the pool's train clips; `pool` holds the files that `targets` names."""
    network.freeze()
    rng = np.random.default_rng(seed)
    features, rows = [], []
    for clip, first in enumerate(targets.rows()):
        if targets.splits[clip] != "train":
            continue
        count = int(targets.segments[clip])
        chosen = _chosen(count, rng)
        sounds = segments(pool / targets.names[clip], count)[chosen] * _gains(len(chosen), rng)
        features.append(network.features(network.log_mel(torch.from_numpy(sounds))))
        rows.append(torch.from_numpy(first + chosen))
    return Heard(torch.cat(features), torch.cat(rows))


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
