"""A scan: what lies in a folder is compared with what is known, then what is new is read.

Listing looks at names, sizes and times alone. A file of the same size, time and inode is not
opened; one that has moved within the folder is known by those too. Only new and changed files are
read, by a few threads, since a disk in the network answers several at once.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from tagger.jobs import lifecycle
from tagger.jobs.lease import heartbeat
from tagger.jobs.progress import leave_off
from tagger.models import Folder, Job, Place
from tagger.platform.batches import chunks
from tagger.platform.celery.shutdown import is_shutting_down
from tagger.platform.storage.in_place import decoded, encoded

from .presence import mark_missing, settle_tracks
from .reading import Read, keep, read
from .walk import Entry, Walk

# Rows looked up, written or read at a time.
TOGETHER = 500
# A file is left alone until nothing of it has changed for so long: it may still be copied.
REST_SECONDS = 10.0
# A scan that finds files being copied looks again, at most so often; the next scan takes the rest.
MOST_LOOKS = 30
# Disks in a network answer several at once; one disk of this machine does not get faster by more.
READERS = 4
REPORT_EVERY = 1.0  # seconds

Key = tuple[int, int, int]


@dataclass
class Tally:
    """What a scan has found; the page shows it as it grows."""

    files: int = 0
    new: int = 0
    changed: int = 0
    moved: int = 0
    returned: int = 0
    missing: int = 0
    resting: int = 0
    unchanged: int = 0
    read: int = 0
    refused: int = 0
    passed_over: int = 0


class _Stopped(Exception):
    """Cancelled, taken over, or the worker is to end."""


class Scan:
    def __init__(self, job: Job, folder: Folder, below: tuple[str, ...]) -> None:
        self.job = job
        self.folder = folder
        self.root = decoded(folder.path)
        self.below = below
        self.tally = Tally()
        self._reported = 0.0
        self._lost: dict[Key, int] = {}
        self.unreadable: list[str] = []

    def run(self) -> None:
        """Raises _Stopped. What was done until then stays, and is not done again."""
        for _ in range(MOST_LOOKS):
            self.tally.resting = 0
            self._list()
            self._read_new()
            if not self.tally.resting:
                return
            self._wait(REST_SECONDS)

    def _list(self) -> None:
        walk, seen = Walk(self.root, self.below), set[int]()
        self.tally.files = self.tally.unchanged = 0
        self._lost = dict(self._missing())
        for entries in chunks(walk, TOGETHER):
            self._look_at(entries, seen)
            self.report("listing", self.tally.files, None)
        self.tally.passed_over, self.unreadable = walk.passed_over, walk.unreadable
        self._find_missing(seen)

    def _missing(self) -> Iterator[tuple[Key, int]]:
        gone = self.folder.places.filter(state=Place.State.MISSING)
        for pk, *key in gone.values_list("pk", "size", "mtime_ns", "inode").iterator():
            yield (key[0], key[1], key[2]), pk

    def _look_at(self, entries: list[Entry], seen: set[int]) -> None:
        keys = {path_key(entry.path): entry for entry in entries}
        known = {place.path_key: place for place in self.folder.places.filter(path_key__in=keys)}
        fresh, changed, back = [], [], []
        self.tally.files += len(keys)
        for key, entry in keys.items():
            place = known.get(key)
            if place is not None:
                seen.add(place.pk)
            if place is not None and _key(place) == (entry.size, entry.mtime_ns, entry.inode):
                self.tally.unchanged += 1
                if place.state == Place.State.MISSING:
                    back.append(place)
            elif not _rests(entry):
                self.tally.resting += 1
            elif place is None:
                fresh.append(self._place(key, entry))
            else:
                for name, value in _look(entry).items():
                    setattr(place, name, value)
                place.state, place.missing_since = Place.State.NEW, None
                changed.append(place)
        with transaction.atomic():
            Place.objects.bulk_create(fresh)
            Place.objects.bulk_update(
                changed, ["size", "mtime_ns", "inode", "state", "missing_since"]
            )
            self._come_back(back)
        seen.update(place.pk for place in fresh)
        self.tally.new += len(fresh)
        self.tally.changed += len(changed)

    def _place(self, key: str, entry: Entry) -> Place:
        path = encoded(entry.path)
        return Place(folder=self.folder, path=path, path_key=key, **_look(entry))

    def _come_back(self, places: list[Place]) -> None:
        """Unchanged files that were away: they are there again, without being read."""
        for place in places:
            place.missing_since, place.state = None, _state(place)
        Place.objects.bulk_update(places, ["state", "missing_since"])
        settle_tracks({place.track_id for place in places if place.track_id})
        self.tally.returned += len(places)

    def _find_missing(self, seen: set[int]) -> None:
        """Of what was known and not seen, some has moved: a new file looks the same."""
        there = self.folder.places.exclude(state=Place.State.MISSING)
        unseen = []
        for pk, path in there.values_list("pk", "path").iterator():
            if pk not in seen and self._is_below(path):
                unseen.append(pk)
        for pks in chunks(unseen, TOGETHER):
            self.tally.missing += mark_missing(pks)
            gone = Place.objects.filter(pk__in=pks)
            for pk, *key in gone.values_list("pk", "size", "mtime_ns", "inode"):
                self._lost[(key[0], key[1], key[2])] = pk
        self._follow_moved()

    def _is_below(self, path: str) -> bool:
        return any(
            not start or path.startswith(encoded(start).rstrip("/") + "/") for start in self.below
        )

    def _follow_moved(self) -> None:
        if not self._lost:
            return
        new = self.folder.places.filter(state=Place.State.NEW, track=None)
        for place in new.iterator():
            old = self._lost.pop(_key(place), None)
            if old is not None:
                self._move(old, place)

    def _move(self, old_pk: int, new: Place) -> None:
        """The known row goes on under the new name: its sound is not read again."""
        with transaction.atomic():
            old = Place.objects.select_for_update().get(pk=old_pk)
            path, key = new.path, new.path_key
            new.delete()
            old.path, old.path_key, old.missing_since = path, key, None
            old.state = _state(old)
            old.save(update_fields=["path", "path_key", "missing_since", "state"])
            settle_tracks({old.track_id} if old.track_id else set())
        self.tally.moved += 1
        self.tally.new -= 1
        self.tally.missing = max(0, self.tally.missing - 1)

    def _read_new(self) -> None:
        """In the order in which they were found, a few ahead of what is written down."""
        waiting = self.folder.places.filter(state=Place.State.NEW)
        total = self.tally.read + self.tally.refused + waiting.count()
        with ThreadPoolExecutor(READERS, thread_name_prefix="reader") as pool:
            last = 0
            while places := list(waiting.filter(pk__gt=last).order_by("pk")[:TOGETHER]):
                last = places[-1].pk
                ahead = [(place, pool.submit(read, self.root, place)) for place in places]
                try:
                    for place, outcome in ahead:
                        self._keep(place, outcome)
                        done = self.tally.read + self.tally.refused
                        self.report("reading", done, max(total, done))
                finally:
                    for _, outcome in ahead:
                        outcome.cancel()

    def _keep(self, place: Place, outcome: Future[Read]) -> None:
        kept = keep(self.folder, place, outcome.result(), Job.Trigger(self.job.trigger))
        if kept:
            self.tally.read += 1
        else:
            self.tally.refused += 1

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.5)
            self.report("waiting", self.tally.files, None)

    def report(self, stage: str, done: int, total: int | None) -> None:
        if time.monotonic() < self._reported and stage == self.job.stage:
            return
        self._reported = time.monotonic() + REPORT_EVERY
        self.job.stage = stage
        lifecycle.keep_result(self.job, asdict(self.tally))
        going_on = lifecycle.report(self.job, stage=stage, done=done, total=total, unit="files")
        if not going_on or is_shutting_down():
            raise _Stopped


def scan_folder(job: Job) -> None:
    """Run a claimed job; another attempt finds what this one has written down."""
    folder = Folder.objects.filter(pk=job.details.get("folder")).first()
    if folder is None:
        lifecycle.fail(
            job, code="no-folder", detail="The folder is not part of a library any more."
        )
        return
    below = tuple(decoded(path) for path in job.details.get("below") or [""])
    scan = Scan(job, folder, below)
    if not _is_there(scan.root):
        _away(job, folder)
        return
    Folder.objects.filter(pk=folder.pk).update(away_since=None)
    try:
        with heartbeat(job):
            scan.run()
    except _Stopped:
        leave_off(job)
        return
    _end(scan)


def _end(scan: Scan) -> None:
    summary: dict[str, Any] = {**asdict(scan.tally), "unreadable": scan.unreadable}
    values: dict[str, Any] = {"summary": summary}
    if scan.below == ("",):
        values["scanned_at"] = timezone.now()
    Folder.objects.filter(pk=scan.folder.pk).update(**values)
    lifecycle.keep_result(scan.job, summary)
    lifecycle.succeed(scan.job)


def _is_there(root: str) -> bool:
    """A folder that holds nothing at all is a mount whose disk is unplugged, or new: in the latter
    case nothing is known that could be lost."""
    try:
        with os.scandir(root) as entries:
            return next(entries, None) is not None
    except OSError:
        return False


def _away(job: Job, folder: Folder) -> None:
    """Its disk is unplugged, most often: all of it is missing, and comes back with it."""
    there = folder.places.exclude(state=Place.State.MISSING).values_list("pk", flat=True)
    missing = sum(mark_missing(pks) for pks in chunks(list(there), TOGETHER))
    now = timezone.now()
    Folder.objects.filter(pk=folder.pk, away_since=None).update(away_since=now)
    Folder.objects.filter(pk=folder.pk).update(scanned_at=now)
    lifecycle.keep_result(job, asdict(Tally(missing=missing)))
    lifecycle.succeed(job)


def path_key(path: str) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()


def _key(place: Place) -> Key:
    return place.size, place.mtime_ns, place.inode


def _state(place: Place) -> Place.State:
    """Of an unchanged file that is there again."""
    return Place.State.PRESENT if place.said else Place.State.NEW


def _look(entry: Entry) -> dict[str, int]:
    return {"size": entry.size, "mtime_ns": entry.mtime_ns, "inode": entry.inode}


def _rests(entry: Entry) -> bool:
    """A clock that is ahead (a NAS) does not keep a file waiting for ever."""
    age = time.time() - entry.touched_ns / 1e9
    return age >= REST_SECONDS or age < -REST_SECONDS
