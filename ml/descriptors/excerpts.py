"""The parts of a recording that stand for the whole, so that a two-hour mix takes no more memory.

A short track is taken whole, cut into excerpts of half a minute; of a longer one four such
excerpts are taken, evenly spread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ml.audio.reading import SAMPLE_RATE, Samples

EXCERPT_SECONDS = 30.0
# Two minutes in all: enough to outvote an intro, and no more work for a mix than for a song.
EXCERPTS = 4
# What is shorter says too little of tempo and key to be asked.
SHORTEST_SECONDS = 5.0

Progress = Callable[[float], None]


def spans(duration: float) -> list[tuple[int, int]]:
    """First and last sample (excluded) of each excerpt of a recording of `duration` seconds."""
    length = round(EXCERPT_SECONDS * SAMPLE_RATE)
    total = round(duration * SAMPLE_RATE)
    if total > EXCERPTS * length:
        centres = (np.arange(EXCERPTS) + 0.5) * total / EXCERPTS
        return [(int(centre) - length // 2, int(centre) + length // 2) for centre in centres]
    cut = [(start, min(start + length, total)) for start in range(0, total, length)]
    return [span for span in cut if span[1] - span[0] >= SHORTEST_SECONDS * SAMPLE_RATE]


def excerpts(
    blocks: Iterable[Samples], duration: float, on_progress: Progress | None = None
) -> list[Samples]:
    """The excerpts of a stream of mono blocks; what lies behind the last is not decoded.

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
