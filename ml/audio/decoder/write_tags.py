"""Writing the metadata of an opened file. Runs in the sandboxed decoder.

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

from ml.audio.formats import TagSystem, taggable
from ml.audio.open import AudioFile
from ml.audio.types import AudioError, damaged
from ml.audio.write_tags import NO_PLACE, NO_ROOM, TrackMetadata

from .read_tags import name_by_content

OWN_TAGS = "TONEMARK_TAGS"
_TOGETHER = "; "
_FREE = "----:com.apple.iTunes:"


def write(file: AudioFile, metadata: dict[str, Any]) -> None:
    """Into the file itself, by what is in it, whatever it is called.

    Raises AudioError: NO_PLACE, NO_ROOM where the disk is full, or "damaged".
    """
    raw = io.FileIO(file.fileno(), "r+", closefd=False)
    raw.name = name_by_content(file)
    opened = io.BufferedRandom(raw)
    try:
        _write(opened, TrackMetadata(**metadata))
        opened.flush()
    except (mutagen.MutagenError, OSError) as error:
        raise refusal(error) from error


def _write(opened: io.BufferedRandom, metadata: TrackMetadata) -> None:
    opened.seek(0)
    file = mutagen.File(opened)
    writer = _writer(file)
    if file.tags is None:
        file.add_tags()
    writer(file.tags, metadata)
    opened.seek(0)
    file.save(opened)


def refusal(error: Exception) -> AudioError:
    """mutagen wraps what the system says in an error of its own."""
    cause = error.args[0] if isinstance(error, mutagen.MutagenError) and error.args else error
    if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
        return AudioError(NO_ROOM, "The disk is full.")
    return damaged(f"its metadata cannot be rewritten ({error})")


def _writer(file: object) -> Callable[[Any, TrackMetadata], None]:
    for types, writer in WRITERS.values():
        if isinstance(file, types):
            return writer
    raise AudioError(
        NO_PLACE,
        f"Tags are written into copies of {taggable()} files only. "
        "Export this track's tags as CSV or JSON instead.",
    )


def _write_id3(tags: id3.ID3, metadata: TrackMetadata) -> None:
    frames: list[tuple[type[id3.TextFrame], Iterable[str]]] = [
        (id3.TIT2, _one(metadata.title)),
        (id3.TPE1, _one(metadata.artist)),
        (id3.TALB, _one(metadata.album)),
        (id3.TCON, metadata.genres),
        (id3.TMOO, metadata.moods),
        (id3.TIT1, _one(_TOGETHER.join(metadata.tags))),
        (id3.TBPM, _one(_beats(metadata))),
        (id3.TKEY, _one(metadata.key)),
    ]
    for frame, values in frames:
        if texts := list(values):
            tags.setall(frame.__name__, [frame(encoding=id3.Encoding.UTF8, text=texts)])
    if metadata.tags:
        own = id3.TXXX(encoding=id3.Encoding.UTF8, desc=OWN_TAGS, text=list(metadata.tags))
        tags.setall(f"TXXX:{OWN_TAGS}", [own])


def _write_comments(tags: Any, metadata: TrackMetadata) -> None:
    comments: dict[str, Iterable[str]] = {
        "TITLE": _one(metadata.title),
        "ARTIST": _one(metadata.artist),
        "ALBUM": _one(metadata.album),
        "GENRE": metadata.genres,
        "MOOD": metadata.moods,
        "GROUPING": _one(_TOGETHER.join(metadata.tags)),
        OWN_TAGS: metadata.tags,
        "BPM": _one(_beats(metadata)),
        "INITIALKEY": _one(metadata.key),
    }
    tags.update({name: texts for name, values in comments.items() if (texts := list(values))})


def _write_mp4(tags: MP4Tags, metadata: TrackMetadata) -> None:
    atoms: dict[str, Iterable[str]] = {
        "\xa9nam": _one(metadata.title),
        "\xa9ART": _one(metadata.artist),
        "\xa9alb": _one(metadata.album),
        "\xa9gen": metadata.genres,
        "\xa9grp": _one(_TOGETHER.join(metadata.tags)),
    }
    free: dict[str, Iterable[str]] = {
        "MOOD": metadata.moods,
        OWN_TAGS: metadata.tags,
        "initialkey": _one(metadata.key),
    }
    tags.update({name: texts for name, values in atoms.items() if (texts := list(values))})
    for name, values in free.items():
        if encoded := [MP4FreeForm(value.encode()) for value in values]:
            tags[_FREE + name] = encoded
    if metadata.bpm is not None:
        tags["tmpo"] = [round(metadata.bpm)]


WRITERS: dict[TagSystem, tuple[tuple[type, ...], Callable[[Any, TrackMetadata], None]]] = {
    TagSystem.ID3: ((MP3,), _write_id3),
    TagSystem.VORBIS_COMMENTS: ((FLAC, OggVorbis, OggOpus, OggFLAC), _write_comments),
    TagSystem.MP4_ATOMS: ((MP4,), _write_mp4),
}


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _beats(metadata: TrackMetadata) -> str:
    """A whole number: ID3 allows no other, and players expect the same elsewhere."""
    return "" if metadata.bpm is None else str(round(metadata.bpm))
