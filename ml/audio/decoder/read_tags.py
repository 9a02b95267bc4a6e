"""The tags of an opened file. Runs in the sandboxed decoder.

mutagen reads the tags of music formats; for containers it does not know (WebM, Matroska) FFmpeg's
reading is taken. A file without readable tags is no error: its fields are empty.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping

import mutagen

from ml.audio.open import AudioFile
from ml.audio.types import AudioError

from .container import open_audio

# The same three facts under the names of each family: easy keys, ID3 frames (in WAV and AIFF,
# for which mutagen has no easy keys), ASF attributes, APE items.
_KEYS = {
    "title": ("title", "TIT2"),
    "artist": ("artist", "TPE1", "author", "WM/AlbumArtist", "album_artist", "albumartist"),
    "album": ("album", "TALB", "WM/AlbumTitle"),
}
# Marks that turn the reading direction round: a name could pose as another with them.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def tags(file: AudioFile, name: str, length: int) -> dict[str, str]:
    """Title, artist and album, each cut at `length`; the name's ending hints at the format."""
    raw_tags = _mutagen_tags(file, name) or _ffmpeg_tags(file)
    return {field: _first(raw_tags, keys)[:length].rstrip() for field, keys in _KEYS.items()}


def _mutagen_tags(file: AudioFile, name: str) -> Mapping[str, object]:
    raw = io.FileIO(file.fileno(), closefd=False)
    raw.seek(0)
    raw.name = name
    try:
        read = mutagen.File(io.BufferedReader(raw), easy=True)
    except mutagen.MutagenError:
        return {}
    except Exception:  # noqa: BLE001 - mutagen's parsers raise anything on crafted tags
        return {}
    raw_tags = getattr(read, "tags", None) or {}
    return {str(key).lower(): value for key, value in dict(raw_tags).items()}


def _ffmpeg_tags(file: AudioFile) -> Mapping[str, object]:
    try:
        with open_audio(file) as (container, stream):
            both = {**stream.metadata, **container.metadata}
    except AudioError:
        return {}
    return {key.lower(): value for key, value in both.items()}


def _first(tags: Mapping[str, object], keys: tuple[str, ...]) -> str:
    for key in keys:
        text = _clean(tags.get(key.lower(), ""))
        if text:
            return text
    return ""


def _clean(value: object) -> str:
    text = str(value[0] if isinstance(value, list) and value else value or "")
    kept = (
        " " if unicodedata.category(char) == "Cc" else char for char in text if char not in _BIDI
    )
    valid = "".join(kept).encode("utf-8", "replace").decode("utf-8")
    return " ".join(valid.split())
