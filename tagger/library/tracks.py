from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from django.db import transaction

from tagger.jobs import lifecycle
from tagger.models import Job, Track, User
from tagger.platform.celery.queues import Queue


@contextmanager
def held(track: Track) -> Iterator[None]:
    """Nobody else changes the track, its tags or its words before the block ends.

    It may be gone by then: look for it inside of the block.
    """
    with transaction.atomic():
        Track.objects.select_for_update(no_key=True).filter(pk=track.pk).first()
        yield


def guessed_title(file_name: str) -> str:
    """For a file that does not say what it is called."""
    return PurePath(file_name).stem or file_name


def rename_track(track: Track, *, title: str, artist: str, album: str) -> Track:
    track.title, track.artist, track.album = title, artist, album
    track.save(update_fields=["title", "artist", "album", "updated_at"])
    return track


def reanalyse_track(
    track: Track, *, trigger: Job.Trigger, by: User | None = None, queue: Queue | None = None
) -> Job:
    """Analyse the track again; an open job for it is answered as it is."""
    with transaction.atomic():
        Track.objects.select_for_update(no_key=True).get(pk=track.pk)
        existing = track.jobs.filter(kind=Job.Kind.TAG_TRACK, state__in=Job.OPEN_STATES).first()
        if existing:
            return existing
        Track.objects.filter(pk=track.pk, state=Track.State.FAILED).update(
            state=Track.State.PENDING
        )
        return lifecycle.create_job(
            Job.Kind.TAG_TRACK, owner=by, trigger=trigger, track=track, queue=queue
        )
