"""What the network is shown of a beat: the beat, the beat among its neighbours, and the rhythm.

Kiranyaz, Ince, Gabbouj, IEEE TBME 63(3), 2016, section II: the single beat runs from 10 % of the
R–R interval after the R peak before to 10 % before the next one, the trio from 10 % before the R
peak before to 10 % after the next. Both are brought to SAMPLES samples, freed of their straight
line and scaled to unit energy. The rhythm is no part of that paper.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SAMPLES = 128
MARGIN = 0.1
# R–R intervals that the rhythm is compared with: those that were over before this beat.
RHYTHM_BEATS = 10

Positions = npt.NDArray[np.int64]
Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


def channels(*, rhythm: bool) -> int:
    return 3 if rhythm else 2


def beat_inputs(signal: Array, positions: Positions, *, rhythm: bool) -> Array:
    """All beats but the first and the last, `(beats - 2, channels, SAMPLES)`.

    `signal` `(samples,)` is in any unit, `positions` `(beats,)` are the R peaks in samples, rising.
    A beat's input depends on the beats before it and on the next one's R peak alone.
    """
    if len(positions) < 3:
        return np.zeros((0, channels(rhythm=rhythm), SAMPLES), np.float32)
    before, now, after = (positions[k : len(positions) - 2 + k].astype(float) for k in range(3))
    gap_before, gap_after = now - before, after - now
    single = _stretched(signal, before + MARGIN * gap_before, after - MARGIN * gap_after)
    trio = _stretched(signal, before - MARGIN * gap_before, after + MARGIN * gap_after)
    rows = [normalised(single), normalised(trio)]
    if rhythm:
        rows.append(_rhythm(positions))
    return np.stack(rows, axis=1).astype(np.float32)


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


def _rhythm(positions: Positions) -> Floats:
    """How early each beat comes, `(beats - 2, SAMPLES)`, the same at all samples.

    Twice the logarithm of the interval that ends with the beat over the mean of up to RHYTHM_BEATS
    that were over before it began; -0.9 is a third early.
    """
    gaps = np.diff(positions).astype(float)[:-1]
    sums = np.concatenate([[0.0], np.cumsum(gaps)])
    index = np.arange(len(gaps))
    first = np.maximum(index - RHYTHM_BEATS, 0)
    usual = (sums[index] - sums[first]) / np.maximum(index - first, 1)
    # The first has none before it and is compared with itself.
    usual[0] = gaps[0]
    levels = np.clip(2 * np.log(gaps / usual), -3, 3)
    return np.repeat(levels[:, None], SAMPLES, axis=1)
