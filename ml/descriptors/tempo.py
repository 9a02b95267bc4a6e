"""Beats per minute: the beat is followed in every excerpt, and the excerpts vote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.audio.reading import SAMPLE_RATE, Samples

from .compiled import compiled_librosa

# Two excerpts with tempi this near (as a share) keep the same beat.
SAME_BEAT = 0.04
# From fewer, one missed beat moves the tempo by a fifth.
MIN_BEATS = 6
_HOP = 256
# Onsets weaker than this are the rounding errors of a steady tone.
_FAINTEST_ONSET = 0.5


@dataclass(frozen=True)
class Tempo:
    """Beats per minute, and in 0…1 how clear the pulse is and how many excerpts agree on it."""

    bpm: float
    confidence: float


def estimate_tempo(parts: Sequence[Samples]) -> Tempo | None:
    """The tempo most excerpts agree on; None where no excerpt has a beat."""
    tempi = [tempo for part in parts if (tempo := _follow(part)) is not None]
    if not tempi:
        return None
    agreeing = max(
        ([other for other in tempi if _same(one, other)] for one in tempi),
        key=lambda group: sum(tempo.confidence for tempo in group),
    )
    weights = [tempo.confidence for tempo in agreeing]
    if not any(weights):
        return None
    bpm = float(np.average([tempo.bpm for tempo in agreeing], weights=weights))
    return Tempo(round(bpm, 1), round(sum(weights) / len(parts), 3))


def _same(one: Tempo, other: Tempo) -> bool:
    return abs(one.bpm / other.bpm - 1) <= SAME_BEAT


def _follow(samples: Samples) -> Tempo | None:
    librosa = compiled_librosa()
    onsets = librosa.onset.onset_strength(y=samples, sr=SAMPLE_RATE, hop_length=_HOP)
    if onsets.max(initial=0) < _FAINTEST_ONSET:
        return None
    _, frames = librosa.beat.beat_track(onset_envelope=onsets, sr=SAMPLE_RATE, hop_length=_HOP)
    if len(frames) < MIN_BEATS:
        return None
    period = _period(np.diff(frames).astype(np.float64))
    return Tempo(60 * SAMPLE_RATE / (_HOP * period), _clarity(onsets, period))


def _period(gaps: NDArray[np.float64]) -> float:
    """The mean distance of beats in frames, without those a missing or double beat has made."""
    median = np.median(gaps)
    return float(gaps[np.abs(gaps / median - 1) < 0.2].mean())


def _clarity(onsets: NDArray[np.float32], period: float) -> float:
    """How much the onsets repeat after one beat: their autocorrelation there, 0…1."""
    centred = onsets - onsets.mean()
    power = float(centred @ centred)
    around = range(max(1, round(period) - 2), round(period) + 3)
    best = max(float(centred[lag:] @ centred[:-lag]) for lag in around)
    return min(1.0, max(0.0, best / power)) if power else 0.0
