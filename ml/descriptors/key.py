"""The musical key: how much each pitch class sounds, held against the profiles of the 24 keys.

Profiles: C. L. Krumhansl and E. J. Kessler, "Tracing the dynamic changes in perceived tonal
organization in a spatial representation of musical keys", Psychological Review 89 (1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ml.audio.reading import SAMPLE_RATE, Samples

from .compiled import compiled_librosa

# As ID3 writes them in TKEY, from C upwards.
MAJOR = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MINOR = ("Cm", "C#m", "Dm", "Ebm", "Em", "Fm", "F#m", "Gm", "G#m", "Am", "Bbm", "Bm")
KEYS = MAJOR + MINOR

_MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
_PROFILES = np.array(
    [np.roll(profile, tonic) for profile in (_MAJOR_PROFILE, _MINOR_PROFILE) for tonic in range(12)]
)
# Below this (-60 dB of full scale) there is noise, not pitch.
_QUIET = 1e-3


@dataclass(frozen=True)
class Key:
    """One of KEYS, and in 0…1 how well it fits and how many excerpts agree on it."""

    name: str
    confidence: float


def estimate_key(parts: Sequence[Samples]) -> Key | None:
    """The key of all excerpts together; None where nothing has a pitch."""
    chromas = [_chroma(part) for part in parts if np.abs(part).max(initial=0) > _QUIET]
    if not chromas:
        return None
    fits = _fits(np.sum(chromas, axis=0))
    best = int(fits.argmax())
    if fits[best] <= 0:
        return None
    agreeing = np.mean([int(_fits(chroma).argmax()) == best for chroma in chromas])
    return Key(KEYS[best], round(float(fits[best] * agreeing), 3))


def _chroma(samples: Samples) -> NDArray[np.float64]:
    """How much each of the twelve pitch classes sounds, `(12,)`; drums are taken out before."""
    librosa = compiled_librosa()
    harmonic = librosa.effects.harmonic(samples, margin=2.0)
    chroma = librosa.feature.chroma_cqt(y=harmonic, sr=SAMPLE_RATE, norm=None)
    return np.asarray(chroma.mean(axis=1), dtype=np.float64)


def _fits(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation with the profile of each key, `(24,)`; zeros where all pitches are alike."""
    centred = chroma - chroma.mean()
    length = np.linalg.norm(centred)
    if length < 1e-9:
        return np.zeros(len(KEYS))
    profiles = _PROFILES - _PROFILES.mean(axis=1, keepdims=True)
    fits: NDArray[np.float64] = (profiles @ centred) / (np.linalg.norm(profiles, axis=1) * length)
    return fits
