"""A pool of noise in memory, small enough to train on in a test."""

from __future__ import annotations

import numpy as np
import torch

from distillation.student.resident import SEGMENT_SAMPLES, Resident
from distillation.student.targets import Targets

TAGS = ["female", "no vocals", "guitar", "million-song: rock"]
SEGMENTS = 3


def targets(clips: int = 6, kinds: tuple[str, ...] = ("music", "voice")) -> Targets:
    rng = np.random.default_rng(0)
    scores = rng.random((clips * SEGMENTS, len(TAGS))).astype(np.float32) * 0.1
    return Targets(
        tags=TAGS,
        names=[f"clip {k}" for k in range(clips)],
        splits=["train"] * clips,
        kinds=[kinds[k % len(kinds)] for k in range(clips)],
        segments=np.full(clips, SEGMENTS),
        chances=np.ones(clips, np.float32),
        weights=np.ones(clips, np.float32),
        scores=scores,
        counts=np.ones(scores.shape, bool),
        lowest=np.zeros((clips, len(TAGS)), np.float32),
        highest=np.ones((clips, len(TAGS)), np.float32),
        hard=np.tile(np.array([[1, 0, -1, -1], [0, 1, -1, -1]], np.int8), (clips // 2, 1)),
    )


def resident(of: Targets) -> Resident:
    rng = np.random.default_rng(1)
    length = SEGMENTS * SEGMENT_SAMPLES
    samples = rng.integers(-9000, 9000, len(of) * length, dtype=np.int16)
    starts = torch.arange(len(of)) * length
    return Resident(torch.from_numpy(samples), starts, of, list(range(len(of))))
