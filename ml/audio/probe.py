"""What a file is before it is analysed: one request to the decoder, for one file."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ml.audio.sandbox.client import DecoderLost, replies, request_once, retry_if_lost

from .cover import EDGES, Cover, cover_among
from .types import AudioError, AudioInfo

# Characters: room for the longest titles of classical music, and a row of the library still.
MAX_LENGTH = 300
_TEXTS = ("title", "artist", "album", "album_artist", "genre")
_COUNT = re.compile("0*([1-9][0-9]{0,3})", re.ASCII)
_YEAR = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])", re.ASCII)


@dataclass(frozen=True)
class Metadata:
    """Title, artist and album as the file itself states them; empty where it says nothing. Several
    values of one (artists, genres) are parted by "; ".

    Control characters and marks of reading direction are removed, each field is cut at 300
    characters. Numbers are 1 to 9,999, years 1000 to 2999; None where there is none.
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    album_artist: str = ""
    genre: str = ""
    track_number: int | None = None
    track_total: int | None = None
    disc_number: int | None = None
    disc_total: int | None = None
    year: int | None = None


@dataclass(frozen=True)
class Examination:
    """`audio_sha256` (hex) is that of the encoded sound: the stream's packets, its codec, rate and
    channels. Tags, cover art and the rest of the container do not count: a re-tagged file keeps it.
    `cover_read`: whether a cover could be looked for.
    """

    info: AudioInfo
    audio_sha256: str
    metadata: Metadata
    cover: Cover | None = None
    cover_read: bool = False


def examine(path: str | Path) -> Examination:
    """Read the file's header, verified by decoding its first frames, its packets, its tags and its
    cover.

    Damaged or missing tags give empty fields, a damaged cover none. Raises AudioError when it is
    not audio or its beginning does not decode, DecoderLost.
    """
    return retry_if_lost(path, _examined)


def read_metadata(path: str | Path) -> Metadata:
    """The tags alone: without reading the sound. Raises AudioError ("missing", "empty" or of tags
    that are too much for the decoder), DecoderLost.
    """
    return retry_if_lost(
        path, lambda file: _metadata(request_once("metadata", file, length=MAX_LENGTH))
    )


def read_metadata_as(path: str | Path, code_pages: Sequence[str]) -> list[Metadata]:
    """The tags as `read_metadata` reads them, once for each code page (of `CODE_PAGES`): text that
    the file says is Latin-1 is taken for text in that. For "", as `read_metadata` takes it.
    """
    wish = {"length": MAX_LENGTH, "code_pages": list(code_pages)}
    return retry_if_lost(
        path, lambda file: [_metadata(one) for one in request_once("metadata_as", file, **wish)]
    )


def _examined(file: io.IOBase) -> Examination:
    with replies("examination", file, edges=EDGES, length=MAX_LENGTH) as frames:
        parts = (json.loads(payload) for _, payload in frames)
        info, audio_sha256 = AudioInfo(**next(parts)), str(next(parts))
        try:
            metadata = _metadata(next(parts))
        except AudioError:  # its tags are too much for the decoder; its sound is not
            return Examination(info, audio_sha256, Metadata())
        try:
            return Examination(info, audio_sha256, metadata, cover_among(frames), cover_read=True)
        except DecoderLost:
            return Examination(info, audio_sha256, metadata)


def _metadata(reply: dict[str, object]) -> Metadata:
    """The decoder may be in a hostile file's hands: lengths and numbers are bounded here."""
    said = {field: str(text)[:MAX_LENGTH] for field, text in reply.items()}
    track, of_tracks = _numbered(said.get("track", ""), said.get("track_total", ""))
    disc, of_discs = _numbered(said.get("disc", ""), said.get("disc_total", ""))
    texts = {field: said.get(field, "") for field in _TEXTS}
    year = _YEAR.search(said.get("year", ""))
    return Metadata(
        **texts,
        track_number=track,
        track_total=of_tracks,
        disc_number=disc,
        disc_total=of_discs,
        year=int(year[0]) if year else None,
    )


def _numbered(number: str, total: str) -> tuple[int | None, int | None]:
    """ "3/12" as ID3 and MP4 write it, or the two apart, as Vorbis comments do."""
    first, _, behind = number.partition("/")
    return _number(first), _number(behind) or _number(total)


def _number(text: str) -> int | None:
    """None for what is no plain number: the side of a record ("A1") has none."""
    match = _COUNT.fullmatch(text.strip())
    return int(match[1]) if match else None
