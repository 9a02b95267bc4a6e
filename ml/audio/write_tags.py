"""Writing what is known of a recording into the metadata of a file: of a copy, never an original.

| what | ID3 (MP3) | Vorbis comments (FLAC, Ogg, Opus) | MP4 (M4A) |
| --- | --- | --- | --- |
| title, artist, album | TIT2, TPE1, TALB | TITLE, ARTIST, ALBUM | ©nam, ©ART, ©alb |
| genres | TCON | GENRE | ©gen |
| moods | TMOO | MOOD | ----:com.apple.iTunes:MOOD |
| every tag | TXXX:TONEMARK_TAGS, TIT1 | TONEMARK_TAGS, GROUPING | ----:…:TONEMARK_TAGS, ©grp |
| tempo, key | TBPM, TKEY | BPM, INITIALKEY | tmpo, ----:…:initialkey |

What is not known here stays as the file has it. Several values are several values, not one text.
The file is read and written by a process that can do nothing else (see `ml.audio.sandbox`).
"""

from __future__ import annotations

import errno
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from ml.audio.sandbox.budget import MEBIBYTE
from ml.audio.sandbox.client import DecoderLost, answer

from .types import AudioError

__all__ = ["DecoderLost", "NoPlaceForTags", "Words", "write_words"]

# Room for the words, and for what mutagen leaves empty behind them: a hundredth of the file.
_ROOM, _SHARE = MEBIBYTE, 50
_UNUSUAL = "The metadata of this file cannot be rewritten: it is damaged or in an unusual form."


class NoPlaceForTags(ValueError):
    """The file's container has no place for tags that this program writes; str() says more."""


def write_words(path: Path, words: Words) -> None:
    """Write into the file at `path`, a copy: where this raises, it may be half written.

    Its sound stays as it is. Raises NoPlaceForTags, OSError (ENOSPC) and DecoderLost.
    """
    with path.open("r+b") as file:
        grows_by = _ROOM + os.fstat(file.fileno()).st_size // _SHARE
        try:
            answer("words", file, grows_by=grows_by, name=path.name, words=asdict(words))
        except AudioError as error:
            raise _told(error) from error


def _told(error: AudioError) -> Exception:
    if error.code == NO_ROOM:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return NoPlaceForTags(error.sentence if error.code == NO_PLACE else _UNUSUAL)


# Why they cannot be written, beside the codes of AudioError.
NO_PLACE, NO_ROOM = "no-place-for-tags", "storage-full"


@dataclass(frozen=True)
class Words:
    """What is to be written; what is empty or None is left as it stands in the file."""

    title: str = ""
    artist: str = ""
    album: str = ""
    tags: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    bpm: float | None = None
    key: str = ""
