"""A track's waveform as small as a line of a list: the path of an SVG picture."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from uuid import UUID

import numpy as np

from tagger.models import Track

# Strokes side by side, and how high the highest is above the middle.
STROKES, HEIGHT = 40, 12


def outlines(tracks: Iterable[Track]) -> dict[UUID, str]:
    """By track; those not analysed yet are left out. One query."""
    ids = [track.pk for track in tracks]
    kept = Track.objects.filter(pk__in=ids).order_by().values_list("pk", "peaks")
    return {pk: outline(bytes(peaks)) for pk, peaks in kept if peaks is not None}


def outline(peaks: bytes) -> str:
    """`d` of a path: minima and maxima in turns, int8, as strokes in a box of 80 by 24."""
    loud = np.abs(np.frombuffer(peaks, np.int8).astype(np.int16))
    if not len(loud):
        return ""
    edges = np.linspace(0, len(loud), STROKES + 1).astype(int)[:-1]
    highest = np.maximum.reduceat(loud, np.minimum(edges, len(loud) - 1))
    heights = np.maximum(1, np.rint(highest * HEIGHT / max(int(highest.max()), 1)))
    return "".join(_stroke(at, height) for at, height in enumerate(heights.astype(int).tolist()))


@cache
def _stroke(at: int, height: int) -> str:
    return f"M{2 * at + 1} {HEIGHT - height}v{2 * height}"
