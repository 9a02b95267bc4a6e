"""A deleted track waits in the Trash, where it can be had back; then it goes, with its file."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from tagger.jobs import lifecycle
from tagger.models import Job, KeptActivations, Track, Webhook
from tagger.webhooks.events import announce

from .tracks import reanalyse_track

# A month, as in the bins of other programs: whoever comes back from a holiday still finds it.
RETENTION = timedelta(days=30)
# So many tracks go for good at a time: each takes a moment, and a worker is wanted elsewhere.
STEP = 1000


def delete_track(track: Track, *, at: datetime | None = None) -> bool:
    """Into the Trash; a running job is told to stop. False when it lies there already.

    Tracks deleted together bear the same moment, so that they can be had back together.
    """
    with transaction.atomic():
        if _locked(track).deleted_at is not None:
            return False
        _mark(track, at or timezone.now())
        announce(track.library_id, Webhook.Event.TRACK_DELETED, track=track.pk)
    # Not under the lock: a worker that ends its job locks the job first, then the track.
    for job in track.jobs.filter(state__in=Job.OPEN_STATES):
        lifecycle.cancel(job)
    return True


def restore_track(track: Track, *, trigger: Job.Trigger) -> bool:
    """Out of the Trash, with its tags and corrections. False when it is not there.

    What the deletion has stopped is begun again.
    """
    with transaction.atomic():
        if _locked(track).deleted_at is None:
            return False
        _mark(track, None)
        announce(track.library_id, Webhook.Event.TRACK_RESTORED, track=track.pk)
    # A worker that has not noticed yet goes on as if nothing had been said.
    track.jobs.filter(state=Job.State.RUNNING).update(cancel_requested=False)
    failed = Track.objects.filter(pk=track.pk, music_state=Track.MusicState.FAILED)
    failed.update(music_state=Track.MusicState.PENDING)
    latest = track.jobs.filter(kind=Job.Kind.TAG_TRACK).first()
    if latest and latest.state == Job.State.CANCELLED:
        reanalyse_track(track, trigger=trigger)
    return True


def purge_track(track: Track) -> bool:
    """Row and files go for good. False when the track is not in the Trash, or gone already."""
    storage = track.file.storage
    with transaction.atomic():
        trashed = Track.objects.filter(pk=track.pk, deleted_at__isnull=False)
        locked = trashed.select_for_update().only("file", "spectrogram").first()
        if locked is None:
            return False
        kept = KeptActivations.objects.filter(track=locked).first()
        files = (locked.file, locked.spectrogram, kept.file if kept else None)
        names = [str(file.name) for file in files if file]
        locked.delete()
        for name in names:
            transaction.on_commit(partial(storage.delete, name))
    return True


def purge_expired() -> int:
    """Run by beat. Ends what has been in the Trash for its time; the rest comes next time."""
    expired = Track.objects.filter(deleted_at__lt=timezone.now() - RETENTION).order_by("deleted_at")
    return sum(purge_track(track) for track in expired.only("file", "spectrogram")[:STEP])


def _locked(track: Track) -> Track:
    return (
        Track.objects.select_for_update(no_key=True)
        .only("library_id", "deleted_at")
        .get(pk=track.pk)
    )


def _mark(track: Track, moment: datetime | None) -> None:
    Track.objects.filter(pk=track.pk).update(deleted_at=moment)
    track.deleted_at = moment
