"""The one error of hearing: a slug for programs, a sentence for people."""

from __future__ import annotations


class AudioError(ValueError):
    """A file that cannot be heard.

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
        "This is not an audio file that can be read. Please use WAV, FLAC, MP3, Ogg, Opus, "
        "M4A/AAC, AIFF, WMA or WebM.",
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
