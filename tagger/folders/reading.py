"""A new or changed file of a folder is read once: whose sound it is, or that of a new track."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction

from ml.audio import (
    AudioError,
    Cover,
    DecoderLost,
    Examination,
    Metadata,
    embedded_cover,
    picture_cover,
)
from tagger.albums import covers
from tagger.albums.read import album_values
from tagger.library.tracks import guessed_title, reanalyse_track
from tagger.models import Folder, Job, Place, Track
from tagger.platform.celery.queues import Queue
from tagger.platform.storage.in_place import decoded, is_in_place, opened_path
from tagger.uploads.ingest import clean_name, examine_within_limit, sound_values

from .presence import mark_missing, name_in_place, settle_tracks


@dataclass(frozen=True)
class Read:
    """What came of reading a file; `fault` says why nothing did."""

    examined: Examination | None = None
    file_sha256: str = ""
    cover: Cover | None = None
    fault: str = ""
    vanished: bool = False
    again: bool = False
    """It is no fault of the file's: the next scan reads it again."""


def read(root: str, place: Place) -> Read:
    """Without the database: it runs in threads."""
    path = os.path.join(root, decoded(place.path))
    try:
        with opened_path(path) as opened:
            examined = examine_within_limit(opened)
            with opened.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            cover = embedded_cover(opened) or _beside(os.path.dirname(path))
    except FileNotFoundError:
        return Read(vanished=True)
    except AudioError as error:
        return Read(fault=str(error))
    except DecoderLost as error:
        return Read(fault=str(error), again=True)
    except OSError as error:
        return Read(fault=f"It cannot be read: {error.strerror}.", again=True)
    return Read(examined, digest, cover)


@lru_cache(maxsize=8)
def _beside(folder: str) -> Cover | None:
    """The picture of a folder, decoded once for the files that lie in it one after the other."""
    try:
        with os.scandir(folder) as entries:
            name = covers.folder_picture([entry.name for entry in entries])
        if name is None:
            return None
        with opened_path(os.path.join(folder, name)) as opened:
            return picture_cover(opened)
    except (OSError, AudioError, DecoderLost):
        return None


def keep(folder: Folder, place: Place, outcome: Read, trigger: Job.Trigger) -> bool:
    """Write down what was read. False: it is no sound, or has gone meanwhile."""
    if outcome.examined is None:
        _refuse(place, outcome)
        return False
    cover = covers.keep(outcome.cover) if outcome.cover else None
    try:
        with transaction.atomic():
            _settle(folder, place, outcome, outcome.examined, cover, trigger)
    except IntegrityError:  # an upload has brought the same sound in this very moment
        with transaction.atomic():
            _settle(folder, place, outcome, outcome.examined, cover, trigger)
    return True


def _refuse(place: Place, outcome: Read) -> None:
    row = Place.objects.filter(pk=place.pk)
    if outcome.vanished:
        mark_missing([place.pk])
    elif outcome.again:
        row.update(fault=outcome.fault)
    else:
        row.update(state=Place.State.REFUSED, fault=outcome.fault, said={}, track=None)
        settle_tracks({place.track_id} if place.track_id else set())


def _settle(
    folder: Folder,
    place: Place,
    outcome: Read,
    examined: Examination,
    cover: Any,
    trigger: Job.Trigger,
) -> None:
    before = place.track
    sounding = Track.objects.filter(library=folder.library, audio_sha256=examined.audio_sha256)
    track = sounding.select_for_update(no_key=True).first()
    if track is None and before is not None and _lies_only_there(before, place):
        track = before
        _sounds_anew(track, outcome, examined, trigger)
    elif track is None:
        track = _new_track(folder, place, outcome, examined)
        track.save(force_insert=True)
    _say(track, place, outcome, examined.metadata, cover)
    place.track, place.state, place.fault = track, Place.State.PRESENT, ""
    place.said = asdict(examined.metadata)
    place.save(update_fields=["track", "state", "fault", "said"])
    settle_tracks({track.pk} | ({before.pk} if before else set()))


def _lies_only_there(track: Track, place: Place) -> bool:
    elsewhere = track.places.filter(state=Place.State.PRESENT).exclude(pk=place.pk)
    return is_in_place(track.file.name) and not elsewhere.exists()


def _sounds_anew(track: Track, outcome: Read, examined: Examination, trigger: Job.Trigger) -> None:
    """The file at its place was replaced, most often by a better copy of the same piece: verdicts
    stay, the rest is heard again."""
    for name, value in sound_values(examined).items():
        setattr(track, name, value)
    track.spectrogram = ""
    track.music_state = Track.MusicState.PENDING
    track.save()
    reanalyse_track(track, trigger=trigger, queue=Queue.BULK)


def _say(track: Track, place: Place, outcome: Read, said: Metadata, cover: Any) -> None:
    """The file's words are taken over where nobody has written others meanwhile."""
    known, values = place.said, dict[str, Any]()
    for name in ("title", "artist", "album"):
        new, old = getattr(said, name)[:255], str(known.get(name, ""))[:255]
        theirs = ("", old, guessed_title(track.file_name)[:255])
        if known and new and getattr(track, name) in theirs:
            values[name] = new
    values |= album_values(said) | {"album_read": True}
    if cover is not None:
        values["cover"] = cover
    if is_in_place(track.file.name):
        values |= {"file_size": place.size, "file_sha256": outcome.file_sha256}
    for name, value in values.items():
        setattr(track, name, value)
    track.save(update_fields=[*values, "updated_at"])


def _new_track(folder: Folder, place: Place, outcome: Read, examined: Examination) -> Track:
    said = examined.metadata
    file_name = clean_name(os.path.basename(str(place)))
    return Track(
        library=folder.library,
        added_by=folder.added_by,
        file=name_in_place(folder, place),
        file_name=file_name,
        file_size=place.size,
        file_sha256=outcome.file_sha256,
        title=(said.title or guessed_title(file_name))[:255],
        artist=said.artist[:255],
        album=said.album[:255],
        **sound_values(examined),
    )
