"""The tags of an opened file. Runs in the sandboxed decoder.

mutagen reads the tags of music formats; for containers it does not know (WebM, Matroska) FFmpeg's
reading is taken. A file without readable tags is no error: its fields are empty.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import BinaryIO

import mutagen
from mutagen.apev2 import APENoHeaderError, APEv2

from ml.audio.formats import FORMATS
from ml.audio.marks import DIRECTION_MARKS
from ml.audio.open import AudioFile
from ml.audio.types import AudioError

from .container import open_audio

# The same facts under the names of each family: easy keys, ID3 frames (in WAV and AIFF, for which
# mutagen has no easy keys), ASF attributes, APE items.
_KEYS = {
    "title": ("title", "TIT2"),
    "artist": ("artist", "TPE1", "author", "WM/AlbumArtist", "album_artist", "albumartist"),
    "album": ("album", "TALB", "WM/AlbumTitle"),
    "album_artist": ("albumartist", "TPE2", "WM/AlbumArtist", "album_artist", "album artist"),
    "genre": ("genre", "TCON", "WM/Genre"),
    "track": ("tracknumber", "TRCK", "WM/TrackNumber", "track"),
    "track_total": ("tracktotal", "totaltracks"),
    "disc": ("discnumber", "TPOS", "WM/PartOfSet", "disc", "disk"),
    "disc_total": ("disctotal", "totaldiscs"),
    "year": ("date", "TDRC", "TYER", "WM/Year", "year", "originaldate", "TDOR"),
}

# Several artists, as people write them in one line.
_BETWEEN = "; "
# From so many letters on, of which at least this share are none of ASCII's, a text in Latin-1 is
# taken for one in Cyrillic letters: no language that Latin-1 was made for has so few of the others.
_ENOUGH_LETTERS, _FOREIGN = 4, 0.75


def tags(file: AudioFile, length: int, code_page: str = "") -> dict[str, str]:
    """The facts of `_KEYS`, each cut at `length`; several values of one are all there.

    With a `code_page`, text that says it is Latin-1 is taken for text in that.
    """
    name, said = _container(file)
    raw_tags = _mutagen_tags(file, name) or {
        key.lower(): _decoded(value, code_page) for key, value in said.items()
    }
    return {
        field: _first(raw_tags, keys, code_page)[:length].rstrip() for field, keys in _KEYS.items()
    }


def _mutagen_tags(file: AudioFile, name: str) -> Mapping[str, object]:
    raw = io.FileIO(file.fileno(), closefd=False)
    # By what is in the file, not by what it is called.
    raw.name = name
    raw.seek(0)
    try:
        opened = io.BufferedReader(raw)
        read = mutagen.File(opened, easy=True)
        raw_tags = getattr(read, "tags", None) or _ape_items(opened)
    except mutagen.MutagenError:
        return {}
    except Exception:  # noqa: BLE001 - mutagen's parsers raise anything on crafted tags
        return {}
    return {str(key).lower(): value for key, value in dict(raw_tags).items()}


def name_by_content(file: AudioFile) -> str:
    """A file name with the suffix of what the file really is, which mutagen goes by."""
    return _container(file)[0]


def _container(file: AudioFile) -> tuple[str, Mapping[str, str]]:
    """That name, and the metadata as FFmpeg reads it; nothing where there is no sound."""
    try:
        with open_audio(file) as (container, stream):
            names = container.format.name.split(",")
            said = {**stream.metadata, **container.metadata}
    except AudioError:
        return "", {}
    finally:
        file.seek(0)
    suffixes = [one.suffixes[0] for one in FORMATS if set(one.demuxers) & set(names)]
    return f"sound{suffixes[0]}" if suffixes else "", said


def _ape_items(opened: BinaryIO) -> Mapping[str, object]:
    """What stands at the end of some MP3s instead of ID3."""
    opened.seek(0)
    try:
        return dict(APEv2(opened))
    except APENoHeaderError:
        return {}


def _decoded(text: str, code_page: str) -> str:
    """Text that was not UTF-8, as FFmpeg's bytes: Windows programs wrote their own code page."""
    raw = text.encode("utf-8", "surrogateescape")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode(code_page or "cp1252", "replace")


def _first(tags: Mapping[str, object], keys: tuple[str, ...], code_page: str) -> str:
    """All values of the first key that has any."""
    for key in keys:
        values = _values(tags.get(key.lower()))
        texts = [text for value in values if (text := _clean(value, code_page))]
        if texts:
            return _BETWEEN.join(dict.fromkeys(texts))
    return ""


def _values(value: object) -> Iterator[str]:
    """Of a text, a list of texts, or a frame that holds such a list (of genres: by their names,
    for which ID3 has numbers).
    """
    held = getattr(value, "genres", None) or getattr(value, "text", value)
    for one in held if isinstance(held, list) else [held]:
        if one is not None:
            # ID3v2.4 and APE part several values by a NUL.
            yield from str(one).split("\0")


def _clean(text: str, code_page: str) -> str:
    meant = _read_as(text, code_page) if code_page else _as_meant(text)
    kept = (
        " " if unicodedata.category(char) == "Cc" else char
        for char in meant
        if char not in DIRECTION_MARKS
    )
    valid = "".join(kept).encode("utf-8", "replace").decode("utf-8")
    return re.sub(" +", " ", valid).strip()


def _read_as(text: str, code_page: str) -> str:
    """As it is, where it cannot have been text in that code page."""
    try:
        return text.encode("latin-1").decode(code_page)
    except UnicodeError:
        return text


def _as_meant(text: str) -> str:
    """Cyrillic text whose code page was declared to be Latin-1, as its letters were meant."""
    letters = [char for char in text if char.isalpha()]
    foreign = [char for char in letters if not char.isascii()]
    if len(letters) < _ENOUGH_LETTERS or len(foreign) < _FOREIGN * len(letters):
        return text
    try:
        meant = text.encode("latin-1").decode("cp1251")
    except UnicodeError:
        return text
    return meant if all(_is_cyrillic(char) for char in meant if not char.isascii()) else text


def _is_cyrillic(char: str) -> bool:
    return "\u0400" <= char <= "\u04ff" or char in "\xa0\xab\xbb\u2013\u2014\u2116"
