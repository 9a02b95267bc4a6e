"""Timing several ways to do the same, so that a drift of the machine's speed hits all alike."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median


def in_turns(
    ways: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, list[float]]:
    """Seconds of each way in each round: A B C, A B C, …, after one round that does not count.

    The clock counts this process's own time, so a busy neighbour costs caches, not turns.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            began = clock()
            way()
            if turn:
                seconds[name].append(clock() - began)
    return seconds


def ratio(base: Sequence[float], other: Sequence[float]) -> float:
    """How many times as fast as the base: the median of the rounds' ratios."""
    return median(slow / quick for slow, quick in zip(base, other, strict=True))


def slope(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The exponent with which time grows with size: 1 is in proportion, 0 not at all."""
    x = [math.log(size) for size in sizes]
    y = [math.log(second) for second in seconds]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    rise = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return rise / sum((a - mean_x) ** 2 for a in x)
