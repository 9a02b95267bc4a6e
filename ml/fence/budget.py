"""What reading one file may cost before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 2**20
# Beyond what the decoder has mapped when the file is opened. Cover art and tags of a few dozen
# MiB fit in, several times over.
MEMORY = 512 * MEBIBYTE

# A slow disk, or a machine that does ten other things, still reads a MiB in this time.
_SECONDS_A_MEBIBYTE = 1.0
_LEAST_SECONDS = 60.0
# Decoding and resampling run a hundred times faster than the sound lasts, and more.
_CPU_A_SECOND_OF_SOUND = 0.1


@dataclass(frozen=True)
class Budget:
    """`cpu_seconds` in all, and `patience`: seconds without a word until it is given up."""

    cpu_seconds: int
    patience: float

    @classmethod
    def of(cls, size: int, sound_seconds: float = 0.0) -> Budget:
        """For a file of `size` bytes, of which so many seconds of sound are decoded at most."""
        reading = _LEAST_SECONDS + _SECONDS_A_MEBIBYTE * size / MEBIBYTE
        return cls(round(reading + _CPU_A_SECOND_OF_SOUND * sound_seconds), reading)
