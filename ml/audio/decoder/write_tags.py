"""Writing the metadata of an opened file. Runs in the sandboxed decoder.

mutagen finds its way through containers that strangers have made, and moves what is in them.
"""

from __future__ import annotations

import errno
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
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
    def own(name: str) -> list[str]:
        return [
            str(text)
            for frame in tags.getall(name)
            for text in (frame.genres if name == "TCON" else frame.text)
        ]

    frames: list[tuple[type[id3.TextFrame], Iterable[str]]] = [
        (id3.TIT2, _one(metadata.title)),
        (id3.TPE1, _one(metadata.artist)),
        (id3.TALB, _one(metadata.album)),
        (id3.TCON, _beside(own("TCON"), metadata.genres, metadata.unwanted)),
        (id3.TMOO, _beside(own("TMOO"), metadata.moods, metadata.unwanted)),
        (id3.TIT1, _grouping(own("TIT1"), own(f"TXXX:{OWN_TAGS}"), metadata)),
        (id3.TBPM, _unless(own("TBPM"), _beats(metadata))),
        (id3.TKEY, _unless(own("TKEY"), metadata.key)),
    ]
    for frame, values in frames:
        texts = list(values)
        if texts and texts != own(frame.__name__):
            tags.setall(frame.__name__, [frame(encoding=id3.Encoding.UTF8, text=texts)])
        elif not texts and own(frame.__name__) and frame in (id3.TCON, id3.TMOO):
            tags.delall(frame.__name__)
    if metadata.tags:
        every = id3.TXXX(encoding=id3.Encoding.UTF8, desc=OWN_TAGS, text=list(metadata.tags))
        tags.setall(f"TXXX:{OWN_TAGS}", [every])


def _write_comments(tags: Any, metadata: TrackMetadata) -> None:
    def own(name: str) -> list[str]:
        return [str(value) for value in tags.get(name, ())]

    comments: dict[str, Iterable[str]] = {
        "TITLE": _one(metadata.title),
        "ARTIST": _one(metadata.artist),
        "ALBUM": _one(metadata.album),
        "GENRE": _beside(own("GENRE"), metadata.genres, metadata.unwanted),
        "MOOD": _beside(own("MOOD"), metadata.moods, metadata.unwanted),
        "GROUPING": _grouping(own("GROUPING"), own(OWN_TAGS), metadata),
        OWN_TAGS: metadata.tags,
        "BPM": _unless(own("BPM"), _beats(metadata)),
        "INITIALKEY": _unless(own("INITIALKEY"), metadata.key),
    }
    _replace(tags, comments, ("GENRE", "MOOD"))


def _write_mp4(tags: MP4Tags, metadata: TrackMetadata) -> None:
    def own(name: str) -> list[str]:
        return [
            value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            for value in tags.get(name, ())
        ]

    atoms: dict[str, Iterable[str]] = {
        "\xa9nam": _one(metadata.title),
        "\xa9ART": _one(metadata.artist),
        "\xa9alb": _one(metadata.album),
        "\xa9gen": _beside(own("\xa9gen"), metadata.genres, metadata.unwanted),
        "\xa9grp": _grouping(own("\xa9grp"), own(_FREE + OWN_TAGS), metadata),
    }
    moods, key = _free(tags, "MOOD"), _free(tags, "initialkey")
    free: dict[str, Iterable[str]] = {
        moods: _beside(own(moods), metadata.moods, metadata.unwanted),
        _FREE + OWN_TAGS: metadata.tags,
        key: _unless(own(key), metadata.key),
    }
    encoded = {
        name: [MP4FreeForm(value.encode()) for value in values] for name, values in free.items()
    }
    _replace(tags, atoms, ("\xa9gen",))
    _replace(tags, encoded, (moods,))
    if beats := _unless(own("tmpo"), _beats(metadata)):
        tags["tmpo"] = [int(*beats)]


WRITERS: dict[TagSystem, tuple[tuple[type, ...], Callable[[Any, TrackMetadata], None]]] = {
    TagSystem.ID3: ((MP3,), _write_id3),
    TagSystem.VORBIS_COMMENTS: ((FLAC, OggVorbis, OggOpus, OggFLAC), _write_comments),
    TagSystem.MP4_ATOMS: ((MP4,), _write_mp4),
}


def _free(tags: MP4Tags, name: str) -> str:
    """The atom of that name, which programs write in small or in large letters."""
    whole = _FREE + name
    return next((known for known in tags if known.lower() == whole.lower()), whole)


def _replace(tags: Any, fields: Mapping[str, Iterable[Any]], emptied: Sequence[str]) -> None:
    """What has no value stays as it is, but for those `emptied` of what was unwanted."""
    for name, values in fields.items():
        if texts := list(values):
            tags[name] = texts
        elif name in emptied and name in tags:
            del tags[name]


def _beside(own: Sequence[str], ours: Sequence[str], unwanted: Sequence[str]) -> list[str]:
    """What the file says, but for what is unwanted, and then what it does not say."""
    refused = {word.casefold() for word in unwanted}
    kept = [word for word in own if word.casefold() not in refused]
    said = {word.casefold() for word in kept}
    return [*kept, *(word for word in ours if word.casefold() not in said)]


def _grouping(own: Sequence[str], own_tags: Sequence[str], metadata: TrackMetadata) -> list[str]:
    """Our tags in one text, behind a grouping that is not what an earlier copy has written."""
    if not metadata.tags:
        return list(own)
    ours, earlier = _TOGETHER.join(metadata.tags), _TOGETHER.join(own_tags)
    return [*(word for word in own if word not in (ours, earlier)), ours]


def _unless(own: Sequence[str], ours: str) -> tuple[str, ...]:
    """Nothing, where the file has a value of its own; a tempo of 0 is none."""
    return () if any(word.strip(" 0.") for word in own) else _one(ours)


def _one(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _beats(metadata: TrackMetadata) -> str:
    """A whole number: ID3 allows no other, and players expect the same elsewhere."""
    return "" if metadata.bpm is None else str(round(metadata.bpm))
