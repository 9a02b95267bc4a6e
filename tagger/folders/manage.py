"""Folders of a library: added, scanned, taken out again. Their files are never touched by this."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tagger.jobs import lifecycle
from tagger.libraries.members import kept_by
from tagger.library.trash import delete_track
from tagger.models import Folder, Job, Library, Place, Track, User
from tagger.platform.storage.in_place import PREFIX, allowed_root, encoded

from .presence import settle_tracks

# Kept in one row of a job: who has changed more than this has changed the folder.
MOST_BELOW = 200


class FolderError(Exception):
    """The folder cannot be added; `code` is stable, the message says why and what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def add_folder(
    library: Library, path: str, *, by: User | None, every: int = Folder.Every.HOUR
) -> Folder:
    """Raises FolderError. Its first scan begins at once."""
    real = _checked(path)
    with transaction.atomic():
        Library.objects.select_for_update(no_key=True).get(pk=library.pk)
        for other in library.folders.all():
            if _overlap(encoded(real), other.path):
                raise FolderError(
                    "folder-known", _("It is part of %s, or the other way round.") % other
                )
        folder = Folder.objects.create(
            library=library, path=encoded(real), every=every, added_by=by
        )
    return folder


def _checked(path: str) -> str:
    if not settings.FOLDERS:
        raise FolderError(
            "folders-off",
            _("No folder may be read here. The operator names them in TONEMARK_FOLDERS."),
        )
    if "\0" in path or not os.path.isabs(path):
        raise FolderError("folder-invalid", _("Give the whole path, such as /srv/music."))
    real = os.path.realpath(path)
    if allowed_root(real) is None:
        allowed = ", ".join(str(root) for root in settings.FOLDERS)
        raise FolderError(
            "folder-not-allowed", _("Only folders below these may be read: %s.") % allowed
        )
    if not os.path.isdir(real):
        raise FolderError("folder-not-there", _("There is no folder at this path."))
    if not os.access(real, os.R_OK | os.X_OK):
        raise FolderError(
            "folder-not-readable", _("The server may not read this folder. Check its rights.")
        )
    return real


def _overlap(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def request_scan(
    folder: Folder, *, by: User | None, trigger: Job.Trigger, below: Iterable[str] = ()
) -> Job:
    """The job that scans it, whole or below some folders (encoded); one that waits is answered.

    While one runs, another waits behind it: what has changed meanwhile may lie behind its back.
    """
    asked = _without_nested(sorted(set(below)))
    if len(asked) > MOST_BELOW:
        asked = []
    with transaction.atomic():
        Folder.objects.select_for_update(no_key=True).get(pk=folder.pk)
        waiting = open_scans(folder).filter(state=Job.State.QUEUED).first()
        if waiting and (not waiting.details.get("below") or waiting.details["below"] == asked):
            return waiting
        return lifecycle.create_job(
            Job.Kind.SCAN_FOLDER,
            owner=by,
            library=folder.library,
            trigger=trigger,
            details={"folder": str(folder.pk), "below": asked},
        )


def _without_nested(paths: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for path in paths:
        if path == "":
            return []
        if not kept or not f"{path}/".startswith(f"{kept[-1]}/"):
            kept.append(path)
    return kept


def open_scans(folder: Folder) -> QuerySet[Job]:
    return open_jobs(folder, Job.Kind.SCAN_FOLDER)


def open_jobs(folder: Folder, kind: Job.Kind) -> QuerySet[Job]:
    return Job.objects.filter(kind=kind, state__in=Job.OPEN_STATES, details__folder=str(folder.pk))


def scan_due() -> int:
    """Run by beat: folders whose time has come and for which no scan is open."""
    started = 0
    for folder in Folder.objects.exclude(every=Folder.Every.NEVER):
        due = folder.scanned_at is None or folder.scanned_at < timezone.now() - timedelta(
            minutes=folder.every
        )
        if due and not open_scans(folder).exists():
            request_scan(folder, by=None, trigger=Job.Trigger.SCHEDULE)
            started += 1
    return started


def remove_folder(folder: Folder, *, with_tracks: bool) -> int:
    """The library forgets the folder. Its tracks go to the Trash, or stay as missing ones.

    How many tracks that were; those that lie elsewhere as well stay as they are.
    """
    for job in open_scans(folder):
        lifecycle.cancel(job)
    with transaction.atomic():
        tracks = list(
            Track.objects.filter(places__folder=folder, file__startswith=PREFIX).distinct()
        )
        folder.delete()
        settle_tracks([track.pk for track in tracks])
    gone = Track.objects.filter(
        pk__in=[track.pk for track in tracks], missing_since__isnull=False, deleted_at=None
    )
    now, count = timezone.now(), 0
    for track in gone:
        count += bool(with_tracks and delete_track(track, at=now))
    return count if with_tracks else gone.count()


def kept_folders(person: User) -> QuerySet[Folder]:
    """Those of libraries whose keeper the person is."""
    kept = Folder.objects.filter(library__in=kept_by(person))
    return kept.select_related("library", "added_by")


def change_folder(folder: Folder, *, every: int) -> Folder:
    folder.every = every
    folder.save(update_fields=["every"])
    return folder


def counts(folder: Folder) -> dict[str, int]:
    """How many of its files are in each state."""
    rows = folder.places.order_by().values("state").annotate(count=Count("pk"))
    found = {row["state"]: row["count"] for row in rows}
    return {state: found.get(state, 0) for state in Place.State.values}
