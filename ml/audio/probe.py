"""What a file is before it is analysed: one request to the decoder, for one file."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

from ml.audio.sandbox.client import replies, retry_if_lost

from .types import AudioError, AudioInfo

# Characters: room for the longest titles of classical music, and a row of the library still.
MAX_LENGTH = 300


@dataclass(frozen=True)
class Metadata:
    """Title, artist and album as the file itself states them; empty where it says nothing.

    Control characters and marks of reading direction are removed, each field is cut at 300
    characters.
    """

    title: str = ""
    artist: str = ""
    album: str = ""


@dataclass(frozen=True)
class Examination:
    """`audio_sha256` (hex) is that of the encoded sound: the stream's packets, its codec, rate and
    channels. Tags, cover art and the rest of the container do not count: a re-tagged file keeps it.
    """

    info: AudioInfo
    audio_sha256: str
    metadata: Metadata


def examine(path: str | Path) -> Examination:
    """Read the file's header, verified by decoding its first frames, its packets, and its tags.

    Damaged or missing tags give empty fields. Raises AudioError when it is not audio or its
    beginning does not decode, DecoderLost.
    """
    return retry_if_lost(path, _examined)


def _examined(file: io.IOBase) -> Examination:
    with replies("examination", file, length=MAX_LENGTH) as frames:
        parts = (json.loads(payload) for _, payload in frames)
        info, audio_sha256 = AudioInfo(**next(parts)), str(next(parts))
        try:
            metadata = _metadata(next(parts))
        except AudioError:  # its tags are too much for the decoder; its sound is not
            metadata = Metadata()
    return Examination(info, audio_sha256, metadata)


def _metadata(reply: dict[str, object]) -> Metadata:
    return Metadata(**{field: str(text)[:MAX_LENGTH] for field, text in reply.items()})
