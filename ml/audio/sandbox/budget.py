"""What reading one file may cost before it is stopped."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 2**20
# Beyond what the decoder has mapped when the file is opened. Cover art and tags of a few dozen
# MiB fit in, several times over.
MEMORY = 512 * MEBIBYTE

# Of wall clock: a slow disk, or a machine that does ten other things, still reads a MiB in this.
_TIMEOUT, _TIMEOUT_A_MEBIBYTE = 60.0, 1.0
# Of the processor: opening takes milliseconds, and reading a MiB even of tags not half a second.
_OPENING, _READING_A_MEBIBYTE = 10.0, 0.5
# Decoding and resampling run a hundred times faster than the sound lasts, and more.
_DECODING_A_SECOND = 0.1


@dataclass(frozen=True)
class Budget:
    """`cpu_seconds` in all, and `timeout`: seconds without a word until it is given up."""

    cpu_seconds: int
    timeout: float

    @classmethod
    def of(cls, size: int, sound_seconds: float = 0.0) -> Budget:
        """For a file of `size` bytes, of which so many seconds of sound are decoded at most."""
        mebibytes = size / MEBIBYTE
        cpu = _OPENING + _READING_A_MEBIBYTE * mebibytes + _DECODING_A_SECOND * sound_seconds
        return cls(round(cpu), _TIMEOUT + _TIMEOUT_A_MEBIBYTE * mebibytes)
