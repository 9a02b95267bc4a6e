"""Which keys go well together: the circle of fifths."""

from __future__ import annotations

from ..models.music_key import MusicKey

FIFTHS = ("C", "G", "D", "A", "E", "B", "F#", "Db", "Ab", "Eb", "Bb", "F")
RELATIVES = ("Am", "Em", "Bm", "F#m", "C#m", "G#m", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm")


def compatible(key: str) -> set[str]:
    """The key itself, its relative, and its neighbours a fifth up and down."""
    own, other = (FIFTHS, RELATIVES) if key in FIFTHS else (RELATIVES, FIFTHS)
    at = own.index(MusicKey(key).value)
    return {key, other[at], own[at - 1], own[(at + 1) % len(own)]}
