"""Cutting a stream into the network's input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from .reading import SEGMENT_SAMPLES, Samples


def segments(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Cut mono blocks of any lengths into segments of shape `(59049,)`, one after another.

    A last, partial segment counts when it is at least half full or the only one; it is filled up
    with zeros.
    """
    rest = np.zeros(0, np.float32)
    count = 0
    for block in blocks:
        rest = np.concatenate([rest, block])
        while len(rest) >= SEGMENT_SAMPLES:
            yield rest[:SEGMENT_SAMPLES]
            rest = rest[SEGMENT_SAMPLES:]
            count += 1
    if len(rest) * 2 >= SEGMENT_SAMPLES or (count == 0 and len(rest)):
        yield np.pad(rest, (0, SEGMENT_SAMPLES - len(rest)))
