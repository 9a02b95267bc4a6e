"""The cover of a recording, from inside of its file or from a picture beside it.

It is found, decoded and resized by a process that can do nothing else (see `ml.audio.sandbox`);
what comes back is only ever WebP, of the sizes asked for.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ml.audio.sandbox.client import replies, retry_if_lost
from ml.audio.sandbox.wire import Kind

from .types import AudioError

# Pixels of the longer edge: the album's page on a fine screen, and a row of a list on one.
LARGE, SMALL = 600, 96
EDGES = [LARGE, SMALL]
# Bytes: WebP of 600 × 600 noise has a third of it. The decoder may be in a hostile file's hands.
_MOST = 2**20


@dataclass(frozen=True)
class Cover:
    """WebP, within squares of 600 and 96 pixels."""

    large: bytes
    small: bytes


def embedded_cover(path: str | Path) -> Cover | None:
    """The cover inside of an audio file; None where it has none, or none that can be decoded.

    Raises AudioError ("missing", "empty") where there is no file, DecoderLost.
    """
    return retry_if_lost(path, lambda file: _cover(file, embedded=True))


def picture_cover(path: str | Path) -> Cover | None:
    """A picture file as a cover; None where it cannot be decoded. Raises as `embedded_cover`."""
    return retry_if_lost(path, lambda file: _cover(file, embedded=False))


def _cover(file: io.IOBase, *, embedded: bool) -> Cover | None:
    with replies("cover", file, edges=EDGES, embedded=embedded) as frames:
        return cover_among(frames)


def cover_among(frames: Iterator[tuple[Kind, bytearray]]) -> Cover | None:
    """What is left of an answer, if it is a cover. Raises DecoderLost."""
    try:
        pictures = [bytes(payload) for kind, payload in frames if kind is Kind.BLOCK]
    except AudioError:  # what cannot be decoded is no cover; the sound is another question
        return None
    if len(pictures) != 2 or not all(map(_is_webp, pictures)):
        return None
    return Cover(*pictures)


def _is_webp(picture: bytes) -> bool:
    return len(picture) <= _MOST and picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"
