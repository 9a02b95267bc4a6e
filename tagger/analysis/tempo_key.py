"""Tempo, key and loudness of a track: asked for, measured by a worker, recorded.

Tags never wait for them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from ml.audio import AudioError
from tagger.jobs import lifecycle
from tagger.jobs.lease import heartbeat
from tagger.jobs.progress import Reporter, Stopped
from tagger.models import Job, Track
from tagger.platform.celery.queues import Queue
from tagger.platform.storage.local import on_this_machine
from tagger.uploads.ingest import limits

if TYPE_CHECKING:
    from ml.descriptors import Music

# Also what was measured before loudness was: it is measured anew when nothing else waits.
UNKNOWN = Q(loudness=None, music_state__in=[Track.MusicState.PENDING, Track.MusicState.ANALYSED])
# More than these do not wait at once: uploads that come next have the cores to themselves soon, and
# a track that was just uploaded is not the last in line. Each that ends asks for the next.
MOST_WAITING = 4


def request_music(track: Track, *, trigger: Job.Trigger) -> Job | None:
    """A job for the track; None where it is known, asked for, or not wanted here."""
    if not settings.MUSIC_ANALYSIS:
        return None
    with transaction.atomic():
        locked = Track.objects.select_for_update(no_key=True).filter(pk=track.pk)
        if not locked.filter(UNKNOWN).exists() or is_being_measured(track.pk):
            return None
        return lifecycle.create_job(
            Job.Kind.ANALYSE_MUSIC, owner=None, trigger=trigger, track=track
        )


def request_music_after(job: Job, track: Track) -> None:
    """For a track that this job has just tagged; while other uploads wait for their tags, later."""
    if not uploads_wait(but=job):
        request_music(track, trigger=Job.Trigger(job.trigger))
        _fill_up(MOST_WAITING, Job.Trigger.SCHEDULE)


def uploads_wait(*, but: Job | None = None) -> bool:
    """Tempo and key take the cores that the network and the decoders of uploads would have."""
    jobs = Job.objects.filter(queue=Queue.INFERENCE, state__in=Job.OPEN_STATES)
    return (jobs.exclude(pk=but.pk) if but else jobs).exists()


def catch_up_on_music(most: int = MOST_WAITING, trigger: Job.Trigger = Job.Trigger.SCHEDULE) -> int:
    """Ask for up to `most` tracks that nobody has asked for yet, unless that many wait already, or
    uploads wait for their tags."""
    return 0 if uploads_wait() else _fill_up(most, trigger)


def _fill_up(most: int, trigger: Job.Trigger) -> int:
    if not settings.MUSIC_ANALYSIS:
        return 0
    room = most - _open_jobs().count()
    asked = [request_music(track, trigger=trigger) for track in unknown_music()[: max(room, 0)]]
    return sum(job is not None for job in asked)


def request_all_music(trigger: Job.Trigger) -> int:
    asked = (request_music(track, trigger=trigger) for track in unknown_music().iterator())
    return sum(job is not None for job in asked)


def unknown_music() -> QuerySet[Track]:
    """Analysed tracks whose tempo, key or loudness nobody has measured, oldest first."""
    pending = Track.objects.filter(
        ~Exists(_open_jobs().filter(track=OuterRef("pk"))),
        UNKNOWN,
        state=Track.State.TAGGED,
        deleted_at=None,
    )
    return pending.defer("peaks").order_by("created_at")


def forget_failed_music() -> int:
    """What could not be measured is looked for anew."""
    failed = Track.objects.filter(music_state=Track.MusicState.FAILED)
    return failed.update(music_state=Track.MusicState.PENDING)


def analyse_track_music(job: Job) -> None:
    """Run a claimed job to its end; every way out leaves a row that says what happened."""
    track = job.track
    if track is None:
        lifecycle.fail(job, code="no-track", detail="The job names no track.")
        return
    try:
        music = _measure(job, track)
    except AudioError as error:
        lifecycle.fail(job, code=error.code, detail=str(error))
    except Stopped:
        lifecycle.end_cancelled(job)
    else:
        with transaction.atomic():
            if lifecycle.succeed(job):
                _record(track, music)
        catch_up_on_music()


def _measure(job: Job, track: Track) -> Music:
    from ml.descriptors import analyse_music

    duration = track.duration or 0.0
    reporter = Reporter(job)
    # The first of a new process waits for its compiler.
    with heartbeat(job), on_this_machine(track.file) as path:
        return analyse_music(
            path,
            duration,
            limits=limits(),
            report=partial(reporter.or_stop, total=duration),
        )


def _record(track: Track, music: Music) -> None:
    """An update, since the track may have been deleted meanwhile."""
    tempo, key = music.tempo, music.key
    Track.objects.filter(pk=track.pk).update(
        bpm=tempo.bpm if tempo else None,
        bpm_confidence=tempo.confidence if tempo else None,
        key=key.name if key else "",
        key_confidence=key.confidence if key else None,
        loudness=music.loudness.integrated,
        true_peak=music.loudness.true_peak,
        music_state=Track.MusicState.ANALYSED,
    )


def is_being_measured(track_id: UUID) -> bool:
    """Whoever shows the track asks this first: the end of the job then finds the figures there."""
    return _open_jobs().filter(track=track_id).exists()


def is_awaited(track_id: UUID) -> bool:
    """It is being measured, or will be as soon as other uploads have their tags."""
    if is_being_measured(track_id):
        return True
    unknown = Track.objects.filter(
        pk=track_id, music_state=Track.MusicState.PENDING, state=Track.State.TAGGED
    )
    return settings.MUSIC_ANALYSIS and uploads_wait() and unknown.exists()


def _open_jobs() -> QuerySet[Job]:
    return Job.objects.filter(kind=Job.Kind.ANALYSE_MUSIC, state__in=Job.OPEN_STATES)
