"""The types of reading audio: samples, facts of a file, limits, damage, errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .formats import readable

# In which programs wrote what they then said was Latin-1.
CODE_PAGES = (
    *("cp1251", "koi8-r", "cp1250", "cp1253", "cp1254", "cp1255", "cp1256"),
    *("cp932", "gbk", "big5", "euc-kr"),
)


class AudioError(ValueError):
    """A file that cannot be decoded.

    `code` is a stable slug: "missing", "empty", "not-audio", "no-audio-stream",
    "unsupported-codec", "unsupported-rate", "unsupported-channels", "too-long" or "damaged".
    `str()` is one sentence that says what was wrong and what to do.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence

    def __reduce__(self) -> tuple[type[AudioError], tuple[str, str]]:
        """Pickled with both parts, so that it crosses process borders whole."""
        return type(self), (self.code, self.sentence)


def damaged(detail: str) -> AudioError:
    """The file is audio, but too much of it cannot be decoded."""
    return AudioError(
        "damaged", f"The file is damaged: {detail}. Please use another copy or encode it again."
    )


def not_audio() -> AudioError:
    """The content is none of the containers Tonemark opens, whatever the name says."""
    return AudioError(
        "not-audio",
        f"This is not an audio file that can be read. Please use {readable()}.",
    )


def too_long(limit_seconds: float) -> AudioError:
    """The recording exceeds the limit, by its header or while decoding."""
    return AudioError(
        "too-long",
        f"The recording is longer than the limit of {_length(limit_seconds)}. "
        "Please split it into shorter files.",
    )


def _length(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:g} minutes" if minutes >= 1 else f"{seconds:g} seconds"


SAMPLE_RATE = 22_050
Samples = NDArray[np.float32]
# int16 sound is float sound times this: symmetric, so that 0 stays 0 and ±1 fits.
FULL_SCALE = 32_767

# So many packets in a row without one that decodes: the rest will be no better.
_HOPELESS = 512


@dataclass(frozen=True)
class AudioInfo:
    """What the header says: seconds, Hz, bits per second; None where it does not say."""

    duration: float | None
    sample_rate: int
    channels: int
    codec: str
    container: str
    bit_rate: int | None


# What EBU R 128 leaves out as silence, and so the lowest loudness there is.
SILENT_LUFS = -70.0


@dataclass(frozen=True)
class Loudness:
    """EBU R 128 of a whole file: `integrated` in LUFS, `true_peak` in dBTP."""

    integrated: float
    true_peak: float


@dataclass(frozen=True)
class DecodeLimits:
    """What is still accepted: seconds of sound, and the share of packets that may be damaged."""

    max_seconds: float = 4 * 3600.0
    max_damaged_share: float = 0.2


@dataclass
class Damage:
    """Packets seen and packets that could not be decoded."""

    packets: int = 0
    damaged: int = 0
    run: int = 0

    @property
    def share(self) -> float:
        """Damaged packets per packet, 0 to 1."""
        return self.damaged / self.packets if self.packets else 0.0

    def count(self, *, good: bool) -> None:
        """Count one packet; raises AudioError when nothing has decoded for a long while."""
        self.packets += 1
        self.damaged += not good
        self.run = 0 if good else self.run + 1
        if self.run >= _HOPELESS:
            raise damaged(f"{self.run} of its packets in a row cannot be decoded")
