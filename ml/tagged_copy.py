"""Writing what is known of a recording into the metadata of a file: of a copy, never an original.

| what | ID3 (MP3) | Vorbis comments (FLAC, Ogg, Opus) | MP4 (M4A) |
| --- | --- | --- | --- |
| title, artist, album | TIT2, TPE1, TALB | TITLE, ARTIST, ALBUM | ©nam, ©ART, ©alb |
| genres | TCON | GENRE | ©gen |
| moods | TMOO | MOOD | ----:com.apple.iTunes:MOOD |
| every tag | TXXX:TONEMARK_TAGS, TIT1 | TONEMARK_TAGS, GROUPING | ----:…:TONEMARK_TAGS, ©grp |
| tempo, key | TBPM, TKEY | BPM, INITIALKEY | tmpo, ----:…:initialkey |

What is not known here stays as the file has it. Several values are several values, not one text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen
from mutagen import id3
from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4FreeForm, MP4Tags
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

OWN_TAGS = "TONEMARK_TAGS"
_TOGETHER = "; "
_FREE = "----:com.apple.iTunes:"


class NoPlaceForTags(ValueError):
    """The file's container has no place for tags that this program writes; str() says more."""


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


def write_words(path: Path, words: Words) -> None:
    """Write into the file at `path`; its sound stays as it is. Raises NoPlaceForTags."""
    try:
        file = mutagen.File(path)
        write = _writer(file)
        if file.tags is None:
            file.add_tags()
        write(file.tags, words)
        file.save()
    except mutagen.MutagenError as error:
        raise NoPlaceForTags(
            "The metadata of this file cannot be rewritten: it is damaged or in an unusual form."
        ) from error


def _writer(file: object) -> Callable[[Any, Words], None]:
    if isinstance(file, MP3):
        return _write_id3
    if isinstance(file, FLAC | OggVorbis | OggOpus | OggFLAC):
        return _write_comments
    if isinstance(file, MP4):
        return _write_mp4
    raise NoPlaceForTags(
        "Tags are written into copies of MP3, FLAC, Ogg, Opus and M4A files only. "
        "Export this track's tags as CSV or JSON instead."
    )


def _write_id3(tags: id3.ID3, words: Words) -> None:
    frames: list[tuple[type[id3.TextFrame], Iterable[str]]] = [
        (id3.TIT2, _one(words.title)),
        (id3.TPE1, _one(words.artist)),
        (id3.TALB, _one(words.album)),
        (id3.TCON, words.genres),
        (id3.TMOO, words.moods),
        (id3.TIT1, _one(_TOGETHER.join(words.tags))),
        (id3.TBPM, _one(_beats(words))),
        (id3.TKEY, _one(words.key)),
    ]
    for frame, values in frames:
        if texts := list(values):
            tags.setall(frame.__name__, [frame(encoding=id3.Encoding.UTF8, text=texts)])
    if words.tags:
        own = id3.TXXX(encoding=id3.Encoding.UTF8, desc=OWN_TAGS, text=list(words.tags))
        tags.setall(f"TXXX:{OWN_TAGS}", [own])


def _write_comments(tags: Any, words: Words) -> None:
    comments: dict[str, Iterable[str]] = {
        "TITLE": _one(words.title),
        "ARTIST": _one(words.artist),
        "ALBUM": _one(words.album),
        "GENRE": words.genres,
        "MOOD": words.moods,
        "GROUPING": _one(_TOGETHER.join(words.tags)),
        OWN_TAGS: words.tags,
        "BPM": _one(_beats(words)),
        "INITIALKEY": _one(words.key),
    }
    tags.update({name: texts for name, values in comments.items() if (texts := list(values))})


def _write_mp4(tags: MP4Tags, words: Words) -> None:
    atoms: dict[str, Iterable[str]] = {
        "\xa9nam": _one(words.title),
        "\xa9ART": _one(words.artist),
        "\xa9alb": _one(words.album),
        "\xa9gen": words.genres,
        "\xa9grp": _one(_TOGETHER.join(words.tags)),
    }
    free: dict[str, Iterable[str]] = {
        "MOOD": words.moods,
        OWN_TAGS: words.tags,
        "initialkey": _one(words.key),
    }
    tags.update({name: texts for name, values in atoms.items() if (texts := list(values))})
    for name, values in free.items():
        if encoded := [MP4FreeForm(value.encode()) for value in values]:
            tags[_FREE + name] = encoded
    if words.bpm is not None:
        tags["tmpo"] = [round(words.bpm)]


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _beats(words: Words) -> str:
    """A whole number: ID3 allows no other, and players expect the same elsewhere."""
    return "" if words.bpm is None else str(round(words.bpm))
