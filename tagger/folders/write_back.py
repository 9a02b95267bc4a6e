"""Tags written into the files of a folder that its keeper has opened for that, and taken back.

A field of which nothing is known here stays as the file has it; all others of the file stay to the
byte (`ml.audio.edit_fields`). What was there before is written down first.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from ml.audio import (
    AudioError,
    DecoderLost,
    Field,
    TagsUnsupported,
    edit_fields,
    examine,
    read_fields,
)
from tagger.jobs import lifecycle
from tagger.jobs.lease import heartbeat
from tagger.jobs.progress import leave_off
from tagger.library.rows import chips_of
from tagger.models import Folder, Job, Place, Tag, Track, TrackTag, User, WrittenTags
from tagger.platform.celery.shutdown import is_shutting_down
from tagger.platform.storage.in_place import decoded, open_in_place, path_of_open
from tagger.platform.storage.replace import ReplaceRefused, replaced

from . import playlists
from .manage import open_jobs
from .walk import signed_inode

# Rows looked at between two words on progress.
TOGETHER = 100
# Refusals told one by one; of more, the number is.
MOST_TOLD = 50
# What a keeper is shown before anything is written.
PREVIEWED = 25

Values = Mapping[Field, tuple[str, ...]]


class WriteRefused(Exception):
    """The file stays as it is; the message says why."""


@dataclass(frozen=True)
class Change:
    """What would be written: of each field that differs, the values now and then."""

    place: Place
    before: Values
    after: Values

    @property
    def lines(self) -> list[tuple[str, str, str]]:
        """Field, what stands there, what is to stand there."""
        return [
            (name.value, "; ".join(self.before[name]), "; ".join(values))
            for name, values in self.after.items()
        ]


@dataclass
class Tally:
    """`after` is the last place worked off, so that another attempt goes on behind it."""

    written: int = 0
    unchanged: int = 0
    refused: int = 0
    after: int = 0
    playlists: int = 0
    refusals: list[list[str]] = field(default_factory=list)


def open_for_writing(
    folder: Folder,
    *,
    writable: bool,
    fields: Sequence[str],
    always: bool,
    keep_times: bool,
    playlists: bool = False,
) -> Folder:
    """The keeper's choice. Nothing is written by this."""
    folder.playlists = playlists and writable
    folder.writable = writable
    folder.fields = [name for name in Field if name.value in fields]
    folder.write_always, folder.keep_times = always and writable, keep_times
    folder.save(update_fields=["writable", "fields", "write_always", "keep_times", "playlists"])
    return folder


def request_writing(folder: Folder, *, by: User | None, trigger: Job.Trigger) -> Job:
    """Raises WriteRefused where the folder is not opened. A job that is open is answered."""
    return _request(folder, by, trigger, undo=False)


def request_undo(folder: Folder, *, by: User | None, trigger: Job.Trigger) -> Job:
    """Take back all that was ever written there and stands as it was written."""
    return _request(folder, by, trigger, undo=True)


def _request(folder: Folder, by: User | None, trigger: Job.Trigger, *, undo: bool) -> Job:
    with transaction.atomic():
        locked = Folder.objects.select_for_update(no_key=True).get(pk=folder.pk)
        if not locked.writable or (not undo and not locked.fields):
            raise WriteRefused("Open the folder for writing and choose fields first.")
        waiting = open_writings(folder).first()
        if waiting:
            return waiting
        return lifecycle.create_job(
            Job.Kind.WRITE_TAGS,
            owner=by,
            library=folder.library,
            trigger=trigger,
            details={"folder": str(folder.pk), "undo": undo},
        )


def open_writings(folder: Folder) -> QuerySet[Job]:
    return open_jobs(folder, Job.Kind.WRITE_TAGS)


def last_writing(folder: Folder) -> Job | None:
    """The one that has ended last."""
    ended = Job.objects.filter(kind=Job.Kind.WRITE_TAGS, details__folder=str(folder.pk))
    return ended.exclude(state__in=Job.OPEN_STATES).order_by("-created_at").first()


def write_due() -> int:
    """Run by beat: folders that are always kept up to date, where something has changed."""
    started = 0
    for folder in Folder.objects.filter(writable=True, write_always=True, away_since=None):
        if not open_writings(folder).exists() and _is_due(folder):
            request_writing(folder, by=None, trigger=Job.Trigger.SCHEDULE)
            started += 1
    for folder in Folder.objects.filter(writable=True, playlists=True, away_since=None):
        if not open_writings(folder).exists() and playlists.outdated(folder):
            lifecycle.create_job(
                Job.Kind.WRITE_TAGS,
                owner=None,
                library=folder.library,
                trigger=Job.Trigger.SCHEDULE,
                details={"folder": str(folder.pk), "only_playlists": True},
            )
            started += 1
    return started


def _is_due(folder: Folder) -> bool:
    heard = _heard(folder).iterator(chunk_size=TOGETHER)
    return any(_key(wanted(place, folder.fields)) != place.written_key for place in heard)


def wanted(place: Place, fields: Sequence[str]) -> Values:
    """What is known here of the chosen fields. TONEMARK is ours alone, and may become empty."""
    track = place.track
    if track is None:
        return {}
    shown = [chip.tag for chip in chips_of(track.track_tags.all())]
    names = tuple(tag.name for tag in shown)
    known: dict[Field, tuple[str, ...]] = {
        Field.GENRE: tuple(tag.name for tag in shown if tag.group == Tag.Group.GENRE),
        Field.MOOD: tuple(tag.name for tag in shown if tag.group == Tag.Group.MOOD),
        Field.GROUPING: ("; ".join(names),) if names else (),
        Field.COMMENT: (", ".join(names),) if names else (),
        Field.TONEMARK: names,
        Field.BPM: (str(round(track.bpm)),) if track.bpm else (),
        Field.KEY: (track.key,) if track.key else (),
    }
    return {
        name: values
        for name, values in known.items()
        if name.value in fields and (values or name is Field.TONEMARK)
    }


def preview(folder: Folder) -> list[Change]:
    """The first files that would change, as they are now."""
    found: list[Change] = []
    for place in _heard(folder).order_by("pk").iterator(chunk_size=TOGETHER):
        try:
            change = planned(folder, place)
        except WriteRefused:
            continue
        if change.after:
            found.append(change)
        if len(found) == PREVIEWED:
            break
    return found


def planned(folder: Folder, place: Place) -> Change:
    """Raises WriteRefused."""
    now = _fields_now(_path(folder, place))
    meant = wanted(place, folder.fields)
    different = {name: values for name, values in meant.items() if now[name] != values}
    return Change(place, now, different)


def write_tags(job: Job) -> None:
    """Run a claimed job; another attempt goes on behind what this one has written."""
    folder = Folder.objects.filter(pk=job.details.get("folder"), writable=True).first()
    if folder is None:
        lifecycle.fail(job, code="not-writable", detail="The folder is not opened for writing.")
        return
    undo, tally = bool(job.details.get("undo")), Tally(**job.result)
    places = _written(folder) if undo else _heard(folder)
    if job.details.get("only_playlists"):
        places = places.none()
    total = places.count()
    with heartbeat(job):
        while chunk := list(places.filter(pk__gt=tally.after).order_by("pk")[:TOGETHER]):
            for place in chunk:
                _one(job, folder, place, tally, undo=undo)
                tally.after = place.pk
            if not _report(job, tally, total):
                return
    if folder.playlists:
        _write_playlists(folder, tally)
    lifecycle.keep_result(job, vars(tally))
    lifecycle.succeed(job)


def _write_playlists(folder: Folder, tally: Tally) -> None:
    try:
        tally.playlists = playlists.write_playlists(folder)
    except OSError as error:
        tally.refused += 1
        tally.refusals.append([playlists.WITHIN, f"It cannot be written: {error.strerror}."])


def _report(job: Job, tally: Tally, total: int) -> bool:
    lifecycle.keep_result(job, vars(tally))
    done = tally.written + tally.unchanged + tally.refused
    going_on = lifecycle.report(
        job, stage="writing", done=done, total=max(done, total), unit="files"
    )
    if going_on and not is_shutting_down():
        return True
    leave_off(job)
    return False


def _one(job: Job, folder: Folder, place: Place, tally: Tally, *, undo: bool) -> None:
    try:
        changed = take_back(folder, place) if undo else write(folder, place, job)
    except WriteRefused as refusal:
        tally.refused += 1
        if len(tally.refusals) < MOST_TOLD:
            tally.refusals.append([str(place), str(refusal)])
    else:
        tally.written += changed
        tally.unchanged += not changed


def write(folder: Folder, place: Place, job: Job | None = None) -> bool:
    """Into one file. False: it says all that already. Raises WriteRefused: it is as it was.

    By schedule a file is looked at only once what is known of it has changed.
    """
    key = _key(wanted(place, folder.fields))
    if job and job.trigger == Job.Trigger.SCHEDULE and place.written_key == key:
        return False
    # Also where it is refused: the schedule would try for ever.
    Place.objects.filter(pk=place.pk).update(written_key=key)
    change = planned(folder, place)
    if change.after:
        log = WrittenTags.objects.create(
            place=place,
            job=job,
            before={name.value: list(change.before[name]) for name in change.after},
            after={name.value: list(values) for name, values in change.after.items()},
        )
        try:
            _rewrite(folder, place, change.after)
        except WriteRefused:
            log.delete()
            raise
    return bool(change.after)


def take_back(folder: Folder, place: Place) -> bool:
    """What was written, newest first; a field that says something else by now is left alone."""
    now = dict(_fields_now(_path(folder, place)))
    standing = list(place.writings.filter(undone_at=None))
    changes: dict[Field, tuple[str, ...]] = {}
    for writing in standing:
        for name, after in writing.after.items():
            if list(now[Field(name)]) == after:
                now[Field(name)] = changes[Field(name)] = tuple(writing.before[name])
    if changes:
        _rewrite(folder, place, changes)
    undone = WrittenTags.objects.filter(pk__in=[writing.pk for writing in standing])
    undone.update(undone_at=timezone.now())
    Place.objects.filter(pk=place.pk).update(written_key="")
    return bool(changes)


def _rewrite(folder: Folder, place: Place, changes: Values) -> None:
    """The sound is proved to be the same before the copy takes the file's place."""
    track = place.track
    try:
        with replaced(
            _path(folder, place), name=str(place.pk), keep_times=folder.keep_times
        ) as copy:
            edit_fields(copy.file, changes)
            sound, digest = _proof(copy.file.fileno())
            if track and sound != track.audio_sha256:
                raise WriteRefused("The sound would not be the same. The file is as it was.")
    except (ReplaceRefused, TagsUnsupported) as error:
        raise WriteRefused(str(error)) from error
    except FileNotFoundError as error:
        raise WriteRefused("The file is not there at the moment.") from error
    except (AudioError, DecoderLost) as error:
        raise WriteRefused(str(error)) from error
    except OSError as error:
        raise WriteRefused(f"It cannot be written: {error.strerror}.") from error
    if copy.status:
        _remember(place, copy.status, digest)


def _proof(number: int) -> tuple[str, str]:
    """Hashes of the sound and of the whole copy."""
    path = path_of_open(number)
    with path.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return examine(path).audio_sha256, digest


def _remember(place: Place, status: os.stat_result, digest: str) -> None:
    """So that the next scan finds the file as it knows it."""
    place.size, place.mtime_ns = status.st_size, status.st_mtime_ns
    place.inode = signed_inode(status)
    place.save(update_fields=["size", "mtime_ns", "inode"])
    if place.track and str(place.track.file.name).endswith(f"/{place.path}"):
        lying = Track.objects.filter(pk=place.track.pk)
        lying.update(file_size=status.st_size, file_sha256=digest)


def _fields_now(path: str) -> Values:
    try:
        with os.fdopen(open_in_place(path), "rb") as file:
            return read_fields(file)
    except FileNotFoundError as error:
        raise WriteRefused("The file is not there at the moment.") from error
    except (TagsUnsupported, DecoderLost) as error:
        raise WriteRefused(str(error)) from error
    except OSError as error:
        raise WriteRefused(f"It cannot be read: {error.strerror}.") from error


def _heard(folder: Folder) -> QuerySet[Place]:
    heard = folder.places.filter(
        state=Place.State.PRESENT, track__state=Track.State.TAGGED, track__deleted_at=None
    )
    return heard.select_related("track").prefetch_related(
        Prefetch("track__track_tags", TrackTag.objects.select_related("tag__shown_as"))
    )


def _written(folder: Folder) -> QuerySet[Place]:
    ids = WrittenTags.objects.filter(place__folder=folder, undone_at=None).values("place")
    return folder.places.filter(pk__in=ids, state=Place.State.PRESENT).select_related("track")


def _path(folder: Folder, place: Place) -> str:
    return os.path.join(decoded(folder.path), decoded(place.path))


def _key(meant: Values) -> str:
    said = json.dumps({name.value: values for name, values in sorted(meant.items())})
    return hashlib.sha256(said.encode()).hexdigest()
