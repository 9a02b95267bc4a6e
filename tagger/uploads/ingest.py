"""Takes a file in: check, hash, store, then Track and Job rows in one transaction."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction

from ml.audio import (
    AudioError,
    DecodeLimits,
    DecoderLost,
    Examination,
    examine,
    picture_cover,
    too_long,
)
from tagger.albums.covers import keep
from tagger.albums.read import album_values
from tagger.jobs.lifecycle import create_job
from tagger.library.tracks import guessed_title
from tagger.library.trash import restore_track
from tagger.models import Cover, Job, Library, Track, User
from tagger.platform.db import return_connection
from tagger.platform.humanize import human_size, readable
from tagger.platform.storage.in_place import is_in_place
from tagger.platform.storage.local import Movable

from .quota import QuotaExceeded, refuse_beyond_quota

# Of Linux, in characters: no file lies deeper.
LONGEST_PATH = 4096


class IngestError(Exception):
    """The file is refused. `code` is stable; the message is for the person who sent it."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Ingested:
    track: Track
    job: Job | None
    duplicate: bool
    restored: bool = False
    """It lay in the Trash; sending it again has brought it back."""


@dataclass(frozen=True)
class SenderMetadata:
    """What the sender says of the file; empty fields are filled from the file's own metadata."""

    title: str = ""
    artist: str = ""
    album: str = ""
    path: str = ""
    """Where the file lies below the folder it is imported from, exactly."""


@dataclass(frozen=True)
class _Facts:
    size: int
    file_sha256: str
    examined: Examination


def ingest(
    path: Path,
    file_name: str,
    *,
    library: Library,
    by: User | None,
    trigger: Job.Trigger,
    metadata: SenderMetadata | None = None,
    picture: Path | None = None,
) -> Ingested:
    """Bring the file at `path` into the library; the file is moved away on success.

    `picture` is the cover of the folder it came from, for a file that has none inside.

    The same audio again (whatever its file name and metadata) is answered with the track that
    exists, which is taken out of the Trash if it lies there. Raises IngestError, and then nothing
    of the file stays.
    """
    return_connection()
    facts = _examine(path, file_name)
    known = _known(facts, library, trigger)
    if known:
        if is_in_place(known.track.file.name) or known.track.damaged_since:
            _take_over(known.track, path, facts)
        return known
    track = _new_track(facts, clean_name(file_name), library, by, metadata or SenderMetadata())
    track.cover, track.album_read = _cover(facts.examined, picture)
    try:
        with Movable(path) as content:
            # On the disk before the row says that it is there.
            os.fsync(content.fileno())
            track.file.save(track.file_name, content, save=False)
        with transaction.atomic():
            _refuse_beyond_quota(by, facts.size)
            track.save(force_insert=True)
            job = create_job(Job.Kind.TAG_TRACK, owner=by, trigger=trigger, track=track)
    except IntegrityError:
        track.file.delete(save=False)
        known = _known(facts, library, trigger)
        if known is None:
            raise
        return known
    except (OperationalError, InterfaceError):
        # The connection broke: the rows may be there or not. The sweep decides, once one can ask.
        raise
    except BaseException:
        track.file.delete(save=False)
        raise
    # A store that is not of this machine has copied it.
    path.unlink(missing_ok=True)
    return Ingested(track, job, duplicate=False)


def _known(facts: _Facts, library: Library, trigger: Job.Trigger) -> Ingested | None:
    known = Track.objects.filter(library=library, audio_sha256=facts.examined.audio_sha256).first()
    if known is None:
        return None
    try:
        restored = restore_track(known, trigger=trigger)
    except Track.DoesNotExist:  # it has gone for good in this very moment
        return None
    return Ingested(known, tagging_job(known), duplicate=True, restored=restored)


def _take_over(track: Track, path: Path, facts: _Facts) -> None:
    """Somebody sends what lies in a folder: from now on it is there without the folder too.

    Or what lies here damaged, whose place it takes.
    """
    before = track.file.name
    with Movable(path) as content:
        os.fsync(content.fileno())
        track.file.save(track.file_name, content, save=False)
    lying = Track.objects.filter(pk=track.pk, file=before)
    values = {
        "file_size": facts.size,
        "file_sha256": facts.file_sha256,
        "missing_since": None,
        "damaged_since": None,
    }
    if not lying.update(file=track.file.name, **values):
        track.file.delete(save=False)
    elif not is_in_place(before):
        track.file.storage.delete(str(before))
    path.unlink(missing_ok=True)


def tagging_job(track: Track) -> Job | None:
    """The latest one."""
    return track.jobs.filter(kind=Job.Kind.TAG_TRACK).first()


def limits() -> DecodeLimits:
    return DecodeLimits(max_seconds=settings.MAX_DURATION_SECONDS)


def _examine(path: Path, file_name: str) -> _Facts:
    size = path.stat().st_size
    if size == 0:
        raise empty()
    if size > settings.MAX_UPLOAD_BYTES:
        raise too_large(size)
    try:
        examined = examine_within_limit(path)
    except AudioError as error:
        raise IngestError(error.code, str(error)) from error
    except DecoderLost as error:
        raise IngestError("unavailable", str(error)) from error
    with path.open("rb") as content:
        file_sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return _Facts(size, file_sha256, examined)


def examine_within_limit(path: Path) -> Examination:
    """Raises AudioError, also for what is longer than this installation takes, and DecoderLost."""
    examined = examine(path)
    if (examined.info.duration or 0) > settings.MAX_DURATION_SECONDS:
        raise too_long(settings.MAX_DURATION_SECONDS)
    return examined


def sound_values(examined: Examination) -> dict[str, Any]:
    """The columns of a track that hold what its sound is."""
    info = examined.info
    return {
        "audio_sha256": examined.audio_sha256,
        "duration": info.duration,
        "sample_rate": info.sample_rate,
        "channels": info.channels,
        "codec": info.codec[:32],
        "bit_rate": info.bit_rate,
    }


def _cover(examined: Examination, beside: Path | None) -> tuple[Cover | None, bool]:
    """And whether it could be looked for. A track is taken in without; the job for older tracks
    looks again."""
    if examined.cover or not examined.cover_read:
        return (keep(examined.cover) if examined.cover else None), examined.cover_read
    try:
        found = picture_cover(beside) if beside else None
    except (AudioError, DecoderLost):
        return None, False
    return (keep(found) if found else None), True


def _refuse_beyond_quota(by: User | None, size: int) -> None:
    """Two files at once must not both take the last place, so one waits for the other here."""
    if by is None or not settings.STORAGE_QUOTA_BYTES:
        return
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    try:
        refuse_beyond_quota(by, size)
    except QuotaExceeded as error:
        raise no_room(error) from error


def no_room(error: QuotaExceeded) -> IngestError:
    return IngestError("quota-exceeded", str(error))


def empty() -> IngestError:
    return IngestError("empty", "The file is empty. Choose one that holds audio.")


def too_large(size: int) -> IngestError:
    limit = human_size(settings.MAX_UPLOAD_BYTES)
    return IngestError("too-large", f"The file has {human_size(size)}; the limit is {limit}.")


def clean_name(file_name: str) -> str:
    """The name as a person would read it: no path, nothing that hides or turns round, bounded."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return _shorten(readable(last).strip()) or "untitled"


def _shorten(name: str, length: int = 200) -> str:
    """Cut in the middle, so that the suffix stays."""
    return name if len(name) <= length else f"{name[: length - 20]}…{name[-19:]}"


def _new_track(
    facts: _Facts, file_name: str, library: Library, by: User | None, metadata: SenderMetadata
) -> Track:
    from_file = facts.examined.metadata
    return Track(
        library=library,
        added_by=by,
        file_name=file_name,
        file_size=facts.size,
        file_sha256=facts.file_sha256,
        imported_path=metadata.path,
        title=(metadata.title or from_file.title or guessed_title(file_name))[:255],
        artist=(metadata.artist or from_file.artist)[:255],
        album=(metadata.album or from_file.album)[:255],
        **album_values(from_file),
        **sound_values(facts.examined),
    )
