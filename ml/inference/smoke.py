"""The smoke set: a few generated sounds that any usable network gets through without nonsense.

It finds networks that are broken, not networks that are poor: silence must not be tagged with
confidence, every score must be a finite probability, and different sounds must score differently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES

from .result import Array
from .tagger import Tagger

# No tag may score higher than this in digital silence, but for those that speak of it.
CONFIDENT = 0.9
QUIET_TAGS = frozenset({"no vocal", "no vocals", "no voice", "quiet", "soft", "slow", "ambient"})
# Networks that answer the same to everything differ by rounding only.
LEAST_DIFFERENCE = 0.01


@dataclass(frozen=True)
class SmokeResult:
    """`problems` are sentences, none when the model passed; `sounds` names what it was played."""

    sounds: list[str]
    problems: list[str]
    embedding_size: int


def smoke_set() -> dict[str, Array]:
    """One segment of each sound, float32 `(59049,)`, full scale at most 0.5."""
    time = np.arange(SEGMENT_SAMPLES) / SAMPLE_RATE
    noise = np.random.default_rng(0).standard_normal(SEGMENT_SAMPLES)
    sine = np.sin(2 * np.pi * 440 * time)
    chord = sum(np.sin(2 * np.pi * hertz * time) for hertz in (261.63, 329.63, 392.0)) / 3
    pulse = noise / 4 * np.exp(-30 * (time % 0.5))
    sounds = {"silence": 0 * time, "sine": sine, "noise": noise / 8, "chord": chord, "drums": pulse}
    half = {name: np.clip(0.5 * sound, -0.5, 0.5) for name, sound in sounds.items()}
    return {name: sound.astype(np.float32) for name, sound in half.items()}


def smoke_test(tagger: Tagger) -> SmokeResult:
    """Play the smoke set to a loaded model."""
    sounds = smoke_set()
    scores, embeddings = tagger.score(np.stack(list(sounds.values())))
    return SmokeResult(
        list(sounds),
        list(_problems(tagger.card.labels, dict(zip(sounds, scores, strict=True)), embeddings)),
        embeddings.shape[1],
    )


def _problems(
    labels: list[str], scores_by_sound: dict[str, Array], embeddings: Array
) -> Iterator[str]:
    scores = np.stack(list(scores_by_sound.values()))
    if not (np.isfinite(scores).all() and np.isfinite(embeddings).all()):
        yield "Some of its scores are no numbers."
        return
    if scores.min() < 0 or scores.max() > 1:
        yield "Some of its scores lie outside of 0 to 1."
    confident = _confident_in_silence(labels, scores_by_sound["silence"])
    if confident:
        yield f"It is sure to hear {', '.join(confident)} in silence."
    if np.ptp(scores, axis=0).max() < LEAST_DIFFERENCE:
        yield "It answers the same to silence, noise, a chord and drums."


def _confident_in_silence(labels: list[str], scores: Array) -> list[str]:
    pairs = zip(labels, scores, strict=True)
    return [label for label, score in pairs if score > CONFIDENT and label not in QUIET_TAGS]
