"""The parts of a recording that stand for the whole, so that a two-hour mix takes no more memory.

A short track is taken whole, cut into stretches of half a minute; of a longer one four such
stretches are taken, evenly spread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ml.audio.reading import SAMPLE_RATE, Samples

STRETCH_SECONDS = 30.0
STRETCHES = 4
# What is shorter says too little of tempo and key to be asked.
SHORTEST_SECONDS = 5.0

Progress = Callable[[float], None]


def spans(duration: float) -> list[tuple[int, int]]:
    """First and last sample (excluded) of each stretch of a recording of `duration` seconds."""
    length = round(STRETCH_SECONDS * SAMPLE_RATE)
    total = round(duration * SAMPLE_RATE)
    if total > STRETCHES * length:
        centres = (np.arange(STRETCHES) + 0.5) * total / STRETCHES
        return [(int(centre) - length // 2, int(centre) + length // 2) for centre in centres]
    cut = [(start, min(start + length, total)) for start in range(0, total, length)]
    return [span for span in cut if span[1] - span[0] >= SHORTEST_SECONDS * SAMPLE_RATE]


def stretches(
    blocks: Iterable[Samples], duration: float, on_progress: Progress | None = None
) -> list[Samples]:
    """The stretches of a stream of mono blocks; what lies behind the last is not decoded.

    `on_progress(seconds)` is called for each block.
    """
    wanted = spans(duration)
    parts: list[list[Samples]] = [[] for _ in wanted]
    position = 0
    for block in blocks:
        for (first, last), kept in zip(wanted, parts, strict=True):
            part = block[max(0, first - position) : max(0, last - position)]
            if len(part):
                kept.append(part)
        position += len(block)
        if on_progress:
            on_progress(position / SAMPLE_RATE)
        if wanted and position >= wanted[-1][1]:
            break
    return [np.concatenate(kept) for kept in parts if kept]
