"""What the files of older tracks say of their albums, read by and by. Tags never wait for it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from ml.audio import AudioError, Metadata, read_metadata
from tagger.jobs import lifecycle
from tagger.jobs.progress import leave_off
from tagger.library.tracks import held
from tagger.models import Job, Track
from tagger.platform.celery.shutdown import is_shutting_down
from tagger.platform.storage.local import on_this_machine

from .covers import cover_of

# So many rows are looked at between two words on progress.
STEP = 20


def album_values(metadata: Metadata) -> dict[str, Any]:
    """The columns of a track that hold what its file says of the album."""
    return {
        "album_artist": metadata.album_artist[:255],
        "genre": metadata.genre[:255],
        "track_number": metadata.track_number,
        "track_total": metadata.track_total,
        "disc_number": metadata.disc_number,
        "disc_total": metadata.disc_total,
        "year": metadata.year,
    }


def unread() -> QuerySet[Track]:
    return Track.objects.filter(album_read=False)


def catch_up_on_albums() -> Job | None:
    """Run by beat. One job for all that is there: it takes milliseconds a track."""
    waiting = Job.objects.filter(kind=Job.Kind.READ_ALBUMS, state__in=Job.OPEN_STATES)
    if waiting.exists() or not unread().exists():
        return None
    return lifecycle.create_job(Job.Kind.READ_ALBUMS, owner=None, trigger=Job.Trigger.SCHEDULE)


def read_albums(job: Job) -> None:
    """Run a claimed job; another attempt goes on where this one was ended."""
    done, total = 0, unread().count()
    while tracks := list(unread().order_by("pk").only("pk", "file", "cover")[:STEP]):
        going_on = lifecycle.report(
            job, stage="reading", done=done, total=max(total, done), unit="tracks"
        )
        if not going_on or is_shutting_down():
            leave_off(job)
            return
        for track in tracks:
            _read(track)
        done += len(tracks)
    lifecycle.succeed(job)


def _read(track: Track) -> None:
    """A file that is missing or cannot be read says nothing; its job has said so.

    Raises DecoderLost.
    """
    values: dict[str, Any] = {}
    try:
        with on_this_machine(track.file) as path:
            values = album_values(read_metadata(path))
            values["cover"] = track.cover or cover_of(path)
    except (AudioError, FileNotFoundError):
        pass
    with held(track):
        # As it is now; it may have been deleted meanwhile.
        current = Track.objects.filter(pk=track.pk).first()
        if current:
            for name, value in (values | {"album_read": True}).items():
                setattr(current, name, value)
            current.save(update_fields=["album_read", *values])
