"""Title, artist and album as the file itself states them.

mutagen reads the tags of music formats; for containers it does not know (WebM, Matroska) FFmpeg's
reading is taken. A file without readable tags is no error: its fields are empty.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import mutagen

from ml.audio_container import open_audio
from ml.audio_errors import AudioError

MAX_LENGTH = 300

# The same three facts under the names of each family: easy keys, ID3 frames (in WAV and AIFF,
# for which mutagen has no easy keys), ASF attributes, APE items.
_KEYS = {
    "title": ("title", "TIT2"),
    "artist": ("artist", "TPE1", "author", "WM/AlbumArtist", "album_artist", "albumartist"),
    "album": ("album", "TALB", "WM/AlbumTitle"),
}
# Marks that turn the reading direction round: a name could pose as another with them.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Metadata:
    """What the tags say; an empty string where they say nothing."""

    title: str = ""
    artist: str = ""
    album: str = ""


def read_metadata(path: str | Path) -> Metadata:
    """Read the tags of a file, tolerantly: damaged or missing tags give empty fields.

    Control characters and marks of reading direction are removed, each field is cut at 300
    characters.
    """
    tags = _mutagen_tags(Path(path)) or _ffmpeg_tags(Path(path))
    return Metadata(**{field: _first(tags, keys) for field, keys in _KEYS.items()})


def _mutagen_tags(path: Path) -> Mapping[str, object]:
    try:
        file = mutagen.File(path, easy=True)
    except mutagen.MutagenError:
        return {}
    except Exception:  # noqa: BLE001 - mutagen's parsers raise anything on crafted tags
        return {}
    tags = getattr(file, "tags", None) or {}
    return {str(key).lower(): value for key, value in dict(tags).items()}


def _ffmpeg_tags(path: Path) -> Mapping[str, object]:
    try:
        with open_audio(path) as (container, stream):
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
    return " ".join(valid.split())[:MAX_LENGTH].rstrip()
