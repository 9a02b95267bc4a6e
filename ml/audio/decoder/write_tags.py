"""Words written into the metadata of an opened file. Runs in the fenced decoder.

mutagen finds its way through containers that strangers have made, and moves what is in them.
"""

from __future__ import annotations

import errno
import io
from collections.abc import Callable, Iterable
from typing import Any

import mutagen
from mutagen import id3
from mutagen.flac import FLAC
from mutagen.mp3 import MP3
from mutagen.mp4 import MP4, MP4FreeForm, MP4Tags
from mutagen.oggflac import OggFLAC
from mutagen.oggopus import OggOpus
from mutagen.oggvorbis import OggVorbis

from ml.audio.open import AudioFile
from ml.audio.types import AudioError, damaged
from ml.audio.write_tags import NO_PLACE, NO_ROOM, Words

OWN_TAGS = "TONEMARK_TAGS"
_TOGETHER = "; "
_FREE = "----:com.apple.iTunes:"


def write(file: AudioFile, name: str, words: dict[str, Any]) -> None:
    """Into the file itself, whose name's ending helps to tell formats.

    Raises AudioError: NO_PLACE, NO_ROOM where the disk is full, or "damaged".
    """
    raw = io.FileIO(file.fileno(), "r+", closefd=False)
    raw.name = name
    opened = io.BufferedRandom(raw)
    try:
        _write(opened, Words(**words))
        opened.flush()
    except (mutagen.MutagenError, OSError) as error:
        raise _refusal(error) from error


def _write(opened: io.BufferedRandom, words: Words) -> None:
    opened.seek(0)
    file = mutagen.File(opened)
    writer = _writer(file)
    if file.tags is None:
        file.add_tags()
    writer(file.tags, words)
    opened.seek(0)
    file.save(opened)


def _refusal(error: Exception) -> AudioError:
    """mutagen wraps what the system says in an error of its own."""
    told = error.args[0] if isinstance(error, mutagen.MutagenError) and error.args else error
    if isinstance(told, OSError) and told.errno in (errno.ENOSPC, errno.EDQUOT):
        return AudioError(NO_ROOM, "The disk is full.")
    return damaged(f"its metadata cannot be rewritten ({error})")


def _writer(file: object) -> Callable[[Any, Words], None]:
    if isinstance(file, MP3):
        return _write_id3
    if isinstance(file, FLAC | OggVorbis | OggOpus | OggFLAC):
        return _write_comments
    if isinstance(file, MP4):
        return _write_mp4
    raise AudioError(
        NO_PLACE,
        "Tags are written into copies of MP3, FLAC, Ogg, Opus and M4A files only. "
        "Export this track's tags as CSV or JSON instead.",
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
