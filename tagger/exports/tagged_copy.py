"""A copy of a track's file with its effective tags in the metadata. The original is only read."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path, PurePath
from typing import BinaryIO

from django.conf import settings

from ml.audio import (
    AudioError,
    DecoderLost,
    Metadata,
    TagsUnsupported,
    TrackMetadata,
    read_metadata,
    write_metadata,
)
from tagger.library.rows import chips_of
from tagger.library.tracks import guessed_title
from tagger.models import Tag, Track, Verdict

__all__ = ["TagsUnsupported", "tagged_copy"]


def tagged_copy(track: Track) -> BinaryIO:
    """The copy, open for reading; on the disk it is gone as soon as it is closed.

    Raises FileNotFoundError when the original is missing, TagsUnsupported, and DecoderLost.
    """
    metadata = _metadata(track)
    try:
        return _written(track, metadata)
    except DecoderLost:
        return _written(track, metadata)


def _written(track: Track, metadata: TrackMetadata) -> BinaryIO:
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as scratch:
        path = Path(scratch) / f"copy{PurePath(str(track.file.name)).suffix}"
        with track.file.open("rb") as original, path.open("wb") as copy:
            shutil.copyfileobj(original, copy)
        write_metadata(path, _changed(metadata, track, _own_metadata(path)))
        return path.open("rb")


def _own_metadata(path: Path) -> Metadata:
    """Nothing, where the file cannot be read: whether it can be written is said by the writer."""
    try:
        return read_metadata(path)
    except AudioError:
        return Metadata()


def _changed(metadata: TrackMetadata, track: Track, own: Metadata) -> TrackMetadata:
    """Without the words that the file says itself: only what a person changed is written over.

    A row may hold less than the file does (a long title, several artists), or a guess.
    """
    return replace(
        metadata,
        title=""
        if track.title == guessed_title(track.file_name)[:255]
        else _unless_own(metadata.title, own.title),
        artist=_unless_own(metadata.artist, own.artist),
        album=_unless_own(metadata.album, own.album),
    )


def _unless_own(word: str, own: str) -> str:
    first, *_ = own.split("; ")
    return "" if word in (own, own[:255], first, first[:255]) else word


def _metadata(track: Track) -> TrackMetadata:
    rejected = track.verdicts.filter(answer=Verdict.Answer.REJECTED, withdrawn_at=None)
    shown = [chip.tag for chip in chips_of(track.track_tags.select_related("tag__shown_as"))]

    def of(group: Tag.Group) -> tuple[str, ...]:
        return tuple(tag.name for tag in shown if tag.group == group)

    return TrackMetadata(
        title=track.title,
        artist=track.artist,
        album=track.album,
        tags=tuple(tag.name for tag in shown),
        genres=of(Tag.Group.GENRE),
        moods=of(Tag.Group.MOOD),
        bpm=track.bpm,
        key=track.key,
        unwanted=tuple(
            rejected.exclude(tag__in=shown).values_list("tag__name", flat=True).distinct()
        ),
    )
