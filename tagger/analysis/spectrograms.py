"""The spectrogram of a track: asked for when somebody wants to see it, drawn once, then kept."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.db import transaction

from ml.audio import AudioError, Samples
from tagger.jobs import lifecycle
from tagger.jobs.lease import heartbeat
from tagger.jobs.progress import Reporter, Stopped
from tagger.models import Job, Track, User
from tagger.platform.storage.local import on_this_machine
from tagger.uploads.ingest import limits


def request_spectrogram(
    track: Track, *, trigger: Job.Trigger, by: User | None = None
) -> Job | None:
    """The job that draws it, also one that is open already; None where it is drawn.

    Raises Track.DoesNotExist.
    """
    with transaction.atomic():
        locked = Track.objects.select_for_update(no_key=True).select_related(None).get(pk=track.pk)
        if locked.spectrogram:
            return None
        kind = Job.Kind.DRAW_SPECTROGRAM
        existing = locked.jobs.filter(kind=kind, state__in=Job.OPEN_STATES).first()
        return existing or lifecycle.create_job(kind, owner=by, trigger=trigger, track=locked)


def draw_track_spectrogram(job: Job) -> None:
    """Run a claimed job to its end; every way out leaves a row that says what happened."""
    track = job.track
    if track is None:
        lifecycle.fail(job, code="no-track", detail="The job names no track.")
        return
    try:
        picture = _drawn(job, track)
    except AudioError as error:
        lifecycle.fail(job, code=error.code, detail=str(error))
    except Stopped:
        lifecycle.end_cancelled(job)
    else:
        _keep(job, track, picture)


def _drawn(job: Job, track: Track) -> bytes:
    from ml.descriptors import mel_spectrogram, png

    with heartbeat(job):
        return png(mel_spectrogram(_reported(job, track), track.duration or 0.0))


def _reported(job: Job, track: Track) -> Iterator[Samples]:
    from ml.audio import SAMPLE_RATE, blocks

    reporter, done = Reporter(job), 0
    with on_this_machine(track.file) as path:
        for block in blocks(path, limits=limits()):
            done += len(block)
            reporter.or_stop("drawing", done / SAMPLE_RATE, track.duration)
            yield block


def _keep(job: Job, track: Track, picture: bytes) -> None:
    """Under the lock of the row: a track that goes for good takes its picture along."""
    with transaction.atomic():
        locked = Track.objects.select_for_update(no_key=True).filter(pk=track.pk).first()
        if locked is None or not lifecycle.succeed(job):
            return
        locked.spectrogram.save("", ContentFile(picture), save=False)
        locked.save(update_fields=["spectrogram"])
