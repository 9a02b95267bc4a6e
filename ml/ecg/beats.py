"""What the network is shown of a beat, in one of two ways.

The papers' way (`pair`): Kiranyaz, Ince, Gabbouj, IEEE TBME 63(3), 2016, section II: the single
beat runs from 10 % of the R–R interval after the R peak before to 10 % before the next one, the
trio from 10 % before the R peak before to 10 % after the next. Both are brought to SAMPLES samples,
freed of their straight line and scaled to unit energy. With the rhythm (`pair-rr`) a third row
tells how early the beat comes; it is no part of that paper.

The other way (`complex`): so many milliseconds around the R peak, as high as they are against the
beats before, and how surprising the interval is. A beat that comes early is not squeezed, so in an
irregular rhythm a normal one keeps its looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.ecg.records import RATE

SAMPLES = 128
MARGIN = 0.1
# R–R intervals that the rhythm is compared with: those that were over before this beat.
RHYTHM_BEATS = 10
# Seconds before and after the R peak: the P wave and the whole of a broad ventricular complex.
# More would show the T wave of the beat before where one comes early, and in fibrillation that
# passes for a ventricular one.
COMPLEX_SECONDS = (0.2, 0.25)
# Beats whose median height is this beat's measure, and intervals whose median and spread are.
HEIGHT_BEATS, INTERVAL_BEATS = 20, 30
# Added to the spread of intervals, or a steady heart's least hesitation would be a surprise.
STEADY = 0.25
# Small beside the shape, which has a mean square of about 1: rhythm alone is not to name a beat.
SURPRISE = 0.3
# Of a complex, in usual heights.
MOST_HEIGHT = 10.0

Positions = npt.NDArray[np.int64]
Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class View:
    """`shapes` are rows of the signal, `ratio` or `surprise` the row of rhythm behind them, if any.

    `unit_energy`: each shape is scaled by itself, so that it does not tell how high the beat is.
    """

    name: str
    shapes: tuple[str, ...]
    rhythm: str
    unit_energy: bool

    @property
    def channels(self) -> int:
        return len(self.shapes) + bool(self.rhythm)

    def rescaled(self, rows: Floats) -> Floats:
        """Shapes `(…, SAMPLES)` that were computed from others, as beats of this view are."""
        return (
            normalised(rows.reshape(-1, SAMPLES)).reshape(rows.shape) if self.unit_energy else rows
        )


PAIR = View("pair", ("beat", "trio"), "", unit_energy=True)
PAIR_RR = View("pair-rr", ("beat", "trio"), "ratio", unit_energy=True)
COMPLEX = View("complex", ("complex",), "surprise", unit_energy=False)
VIEWS = {view.name: view for view in (PAIR, PAIR_RR, COMPLEX)}


def beat_inputs(signal: Array, positions: Positions, view: View) -> Array:
    """All beats but the first and the last, `(beats - 2, channels, SAMPLES)`.

    `signal` `(samples,)` is in any unit, `positions` `(beats,)` are the R peaks in samples, rising.
    A beat's input depends on the beats before it, on the next one's R peak and on what is within
    COMPLEX_SECONDS alone.
    """
    if len(positions) < 3:
        return np.zeros((0, view.channels, SAMPLES), np.float32)
    rows = [_complex(signal, positions)] if view is COMPLEX else _pair(signal, positions)
    if view.rhythm:
        levels = _surprise(positions) if view.rhythm == "surprise" else _ratio(positions)
        rows.append(np.repeat(levels[:, None], SAMPLES, axis=1))
    return np.stack(rows, axis=1).astype(np.float32)


def _pair(signal: Array, positions: Positions) -> list[Floats]:
    """The single beat and the trio."""
    before, now, after = (positions[k : len(positions) - 2 + k].astype(float) for k in range(3))
    gap_before, gap_after = now - before, after - now
    single = _stretched(signal, before + MARGIN * gap_before, after - MARGIN * gap_after)
    trio = _stretched(signal, before - MARGIN * gap_before, after + MARGIN * gap_after)
    return [normalised(single), normalised(trio)]


def _complex(signal: Array, positions: Positions) -> Floats:
    """COMPLEX_SECONDS around each R peak over the usual height of the beats before.

    Heights are measured from each one's median, which the baseline is near.
    """
    now = positions[1:-1].astype(float)
    before, after = COMPLEX_SECONDS
    rows = _stretched(signal, now - before * RATE, now + after * RATE)
    rows = rows - np.median(rows, axis=1, keepdims=True)
    heights = np.sqrt((rows**2).mean(1))
    usual = _earlier(heights, HEIGHT_BEATS, np.median)
    unit: Floats = np.divide(
        rows, usual[:, None], out=np.zeros_like(rows), where=usual[:, None] > 1e-6
    )
    # A spike of noise a hundred times as high would be all that the network is shown.
    return np.clip(unit, -MOST_HEIGHT, MOST_HEIGHT)


def _earlier(values: Floats, most: int, summary: Callable[[Floats], np.floating[Any]]) -> Floats:
    """The `summary` of up to `most` of `values` before each; the first is its own measure."""
    return np.array(
        [summary(values[max(0, k - most) : k] if k else values[:1]) for k in range(len(values))]
    )


def normalised(rows: Floats) -> Floats:
    """Each of `rows` `(beats, SAMPLES)` without its straight line, at a mean square of 1 (or 0)."""
    at = np.linspace(-1, 1, rows.shape[1])
    level = rows - rows.mean(1, keepdims=True)
    slope = (level @ at) / (at @ at)
    flat = level - slope[:, None] * at
    size = np.sqrt((flat**2).mean(1, keepdims=True))
    # A lead that has come off is a straight line up to rounding: it stays one.
    unit: Floats = np.divide(flat, size, out=np.zeros_like(flat), where=size > 1e-6)
    return unit


def _stretched(signal: Array, begins: Floats, ends: Floats) -> Floats:
    """The stretches `begins`–`ends` in samples, each as SAMPLES means of equal shares of it.

    Means rather than single values: the trio of a slow heart comes to 1/10 of its samples, and
    what is faster than that would otherwise come back as something slower.
    """
    inside = np.linspace(0, 1, SAMPLES + 1)
    edges = begins[:, None] + (ends - begins)[:, None] * inside
    # The integral of the signal held constant from each sample's half-way marks to the next.
    first = max(0, int(np.floor(edges.min())) - 1)
    last = min(len(signal), int(np.ceil(edges.max())) + 2)
    part = signal[first:last].astype(np.float64)
    integral = np.concatenate([[0.0], np.cumsum(part)])
    marks = np.arange(first, last + 1) - 0.5
    values = np.interp(edges, marks, integral)
    width = ((ends - begins) / SAMPLES)[:, None]
    means: Floats = np.diff(values, axis=1) / np.maximum(width, 1e-9)
    return means


def _ratio(positions: Positions) -> Floats:
    """How early each beat comes, `(beats - 2,)`.

    Twice the logarithm of the interval that ends with the beat over the mean of up to RHYTHM_BEATS
    that were over before it began; -0.9 is a third early.
    """
    gaps = np.diff(positions).astype(float)[:-1]
    levels: Floats = np.clip(2 * np.log(gaps / _earlier(gaps, RHYTHM_BEATS, np.mean)), -3, 3)
    return levels


def _surprise(positions: Positions) -> Floats:
    """How early each beat comes for a heart as irregular as this one is now, `(beats - 2,)`.

    The logarithm of the interval less the median of the INTERVAL_BEATS before, over STEADY and
    their spread (1.48 times the median distance from the median, which a few early beats do not
    move), times SURPRISE: -0.5 is a third early in a steady rhythm, -0.3 in fibrillation.
    """
    gaps = np.log(np.diff(positions).astype(float)[:-1])
    usual = _earlier(gaps, INTERVAL_BEATS, np.median)
    spread = 1.48 * _earlier(gaps, INTERVAL_BEATS, _median_distance)
    levels: Floats = np.clip(SURPRISE * (gaps - usual) / (STEADY + spread), -1, 1)
    return levels


def _median_distance(values: Floats) -> np.floating[Any]:
    return np.median(np.abs(values - np.median(values)))
