"""Writing what is known of a recording into the metadata of a file: of a copy, never an original.

| what | ID3 (MP3) | Vorbis comments (FLAC, Ogg, Opus) | MP4 (M4A) |
| --- | --- | --- | --- |
| title, artist, album | TIT2, TPE1, TALB | TITLE, ARTIST, ALBUM | ©nam, ©ART, ©alb |
| genres | TCON | GENRE | ©gen |
| moods | TMOO | MOOD | ----:com.apple.iTunes:MOOD |
| every tag | TXXX:TONEMARK_TAGS, TIT1 | TONEMARK_TAGS, GROUPING | ----:…:TONEMARK_TAGS, ©grp |
| tempo, key | TBPM, TKEY | BPM, INITIALKEY | tmpo, ----:…:initialkey |

What is not known here stays as the file has it, and so do genres, moods and a grouping of its own,
but for those that are unwanted: ours come after them. Tempo and key are written where it has none.
Several values are several values, not one text.
The file is read and written by a process that can do nothing else (see `ml.audio.sandbox`).
"""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from ml.audio.sandbox.budget import MEBIBYTE
from ml.audio.sandbox.client import DecoderLost, request_once

from .types import AudioError

__all__ = ["DecoderLost", "TagsUnsupported", "TrackMetadata", "write_metadata"]

# Room for the metadata, and for the padding that mutagen leaves behind it: a hundredth of the file.
_ROOM, _SHARE = MEBIBYTE, 50
UNUSUAL = "The metadata of this file cannot be rewritten: it is damaged or in an unusual form."


class Field(StrEnum):
    """What is written into files that stay where they are, each by choice.

    `TONEMARK` holds every effective tag: TXXX:TONEMARK_TAGS, TONEMARK_TAGS, ----:…:TONEMARK_TAGS.
    """

    GENRE = "genre"
    MOOD = "mood"
    GROUPING = "grouping"
    COMMENT = "comment"
    TONEMARK = "tonemark"
    BPM = "bpm"
    KEY = "key"


Fields = Mapping[Field, tuple[str, ...]]


class TagsUnsupported(ValueError):
    """The file's container has no place for tags that this program writes; str() says more."""


def write_metadata(path: Path, metadata: TrackMetadata) -> None:
    """Write into the file at `path`, a copy: where this raises, it may be half written.

    Its sound stays as it is. Raises TagsUnsupported, OSError (ENOSPC) and DecoderLost.
    """
    with path.open("r+b") as file:
        max_growth = _ROOM + os.fstat(file.fileno()).st_size // _SHARE
        try:
            request_once(
                "write_metadata",
                file,
                max_growth=max_growth,
                metadata=asdict(metadata),
            )
        except AudioError as error:
            raise _as_exception(error) from error


def read_fields(file: io.IOBase | BinaryIO) -> Fields:
    """The values that an open file has of each field; () where it has none.

    Raises TagsUnsupported and DecoderLost.
    """
    try:
        return _as_fields(request_once("read_fields", file))
    except AudioError as error:
        raise _as_exception(error) from error


def edit_fields(file: io.IOBase | BinaryIO, changes: Fields) -> Fields:
    """Replace these fields (no value: remove) in a file open for writing, a copy: where this
    raises, it may be half written. Answers what all fields were before.

    Everything else that the file says stays as its bytes are. Raises TagsUnsupported (also where
    that could not be had), OSError (ENOSPC) and DecoderLost.
    """
    max_growth = _ROOM + os.fstat(file.fileno()).st_size // _SHARE
    plain = {field.value: list(values) for field, values in changes.items()}
    try:
        return _as_fields(request_once("edit_fields", file, max_growth=max_growth, changes=plain))
    except AudioError as error:
        raise _as_exception(error) from error


def _as_fields(reply: dict[str, list[object]]) -> Fields:
    return {field: tuple(map(str, reply.get(field.value, ()))) for field in Field}


def _as_exception(error: AudioError) -> Exception:
    if error.code == NO_ROOM:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return TagsUnsupported(error.sentence if error.code == NO_PLACE else UNUSUAL)


# Why metadata cannot be written, beside the codes of AudioError.
NO_PLACE, NO_ROOM = "no-place-for-tags", "storage-full"


@dataclass(frozen=True)
class TrackMetadata:
    """What is to be written; what is empty or None is left as it stands in the file.

    `unwanted` are genres and moods that the file may say and somebody has rejected.
    `bpm` is beats per minute, `key` as ID3's TKEY has it ("C", "F#m"; `ml.descriptors.key.KEYS`).
    """

    title: str = ""
    artist: str = ""
    album: str = ""
    tags: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    bpm: float | None = None
    key: str = ""
    unwanted: tuple[str, ...] = ()
