"""The life of a Job row: made, dispatched, claimed, kept alive, ended, reaped.

A worker owns a job only while its lease lasts, and every write it makes is conditioned on the
attempt it claimed. Messages delivered twice, late or never are therefore harmless.
"""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from kombu.exceptions import OperationalError

from tagger.models import Job, Library, ModelVersion, Track, User, Webhook
from tagger.platform.celery.queues import Queue
from tagger.platform.celery.tasks import RUN_JOB, send
from tagger.webhooks.events import announce, announce_to

from .kinds import KINDS, kind_of

logger = logging.getLogger(__name__)

# A dead worker's job lies still for so long; a machine that swaps must not lose its jobs.
LEASE = timedelta(seconds=30)
# Each takes some milliseconds, and a person waits for all of them.
MOST_RETRIED = 500
# Of tracks of five seconds so many fill the five minutes that are run together.
MOST_ALIKE = 64


class JobStateError(Exception):
    """The job is not in a state that allows this; the message says which."""


def create_job(
    kind: Job.Kind,
    *,
    owner: User | None,
    trigger: Job.Trigger,
    library: Library | None = None,
    track: Track | None = None,
    details: dict[str, Any] | None = None,
    queue: Queue | None = None,
    model: ModelVersion | None = None,
    parent: Job | None = None,
) -> Job:
    """Write the row, and tell the queue of it once the transaction has committed.

    Work on a track is its library's, unless it is a part of what staff have asked for; what is
    about no library is listed in its owner's own.
    """
    job = Job.objects.create(
        kind=kind,
        library=library or _listed_in(owner, track, parent),
        owner=owner,
        trigger=trigger,
        track=track,
        details=details or {},
        model=model,
        parent=parent,
        queue=queue or KINDS[kind].queue,
    )
    transaction.on_commit(lambda: dispatch(job))
    return job


def _listed_in(owner: User | None, track: Track | None, parent: Job | None) -> Library | None:
    if parent is not None:
        return None
    if track is not None:
        return track.library
    return owner.personal_library if owner else None


def begin_here(
    kind: Job.Kind, *, owner: User, library: Library, trigger: Job.Trigger, details: dict[str, Any]
) -> Job:
    """A job that its maker works off at once. Should it die, the reaper sends it to a worker."""
    now = timezone.now()
    return Job.objects.create(
        kind=kind,
        library=library,
        owner=owner,
        trigger=trigger,
        details=details,
        queue=KINDS[kind].queue,
        state=Job.State.RUNNING,
        worker=socket.gethostname()[:100],
        lease_until=now + LEASE,
        attempts=1,
        started_at=now,
    )


def dispatch(job: Job) -> bool:
    """Send the job's id to its queue. A broker that is away is no error: the reaper tries again."""
    try:
        send(RUN_JOB, str(job.pk), queue=job.queue)
    except (OperationalError, OSError) as error:
        logger.warning("job %s waits, the broker is away: %s", job.pk, error)
        return False
    Job.objects.filter(pk=job.pk).update(dispatched_at=timezone.now())
    return True


def lapsed(now: datetime) -> Q:
    """Leases that have run out, and those that reach too far: the clock was set back since."""
    return Q(lease_until__lt=now) | Q(lease_until__gt=now + 2 * LEASE)


def claim(job_id: str) -> Job | None:
    """Make this worker the owner, or answer None when the job is taken, ended or gone."""
    now = timezone.now()
    free = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING) & lapsed(now)
    claimed = Job.objects.filter(free, pk=job_id).update(**_claimed_values(now))
    return _with_relations().get(pk=job_id) if claimed else None


def _claimed_values(now: datetime) -> dict[str, Any]:
    return {
        "state": Job.State.RUNNING,
        "worker": socket.gethostname()[:100],
        "lease_until": now + LEASE,
        "attempts": F("attempts") + 1,
        "started_at": now,
        "stage": "",
        "done": 0,
        "total": None,
    }


def _with_relations() -> QuerySet[Job]:
    return Job.objects.select_related("track", "library", "owner", "model")


def claim_alike(job: Job, *, shorter_than: float, seconds: float) -> list[Job]:
    """Jobs like this one that wait for the same model, oldest first: as many as have short tracks,
    `seconds` of sound together at most."""
    candidates = list(
        Job.objects.filter(_alike(job, shorter_than), state=Job.State.QUEUED)
        .order_by("created_at")
        .values_list("pk", "track__duration")[:MOST_ALIKE]
    )
    ends = accumulate(length or 0 for _, length in candidates)
    chosen = [pk for (pk, _), end in zip(candidates, ends, strict=True) if end <= seconds]
    return _claim_queued(chosen) if chosen else []


def _claim_queued(pks: list[UUID]) -> list[Job]:
    """As `claim`, of those that are not taken, ended or gone, oldest first."""
    with transaction.atomic():
        free = _with_relations().filter(pk__in=pks, state=Job.State.QUEUED).order_by("created_at")
        jobs = list(free.select_for_update(skip_locked=True, of=("self",)))
        claimed = Job.objects.filter(pk__in=[job.pk for job in jobs])
        claimed.update(**_claimed_values(timezone.now()))
    for job in jobs:
        job.state, job.attempts = Job.State.RUNNING, job.attempts + 1
    return jobs


def others_wait(job: Job, *, shorter_than: float) -> bool:
    """Whether its worker's queues have something that is not like this job, and that is not to wait
    until nothing is: in its own queue, or where people wait."""
    queued = Job.objects.filter(state=Job.State.QUEUED, queue__in=[job.queue, Queue.INFERENCE])
    return queued.exclude(_alike(job, shorter_than)).exists()


def _alike(job: Job, shorter_than: float) -> Q:
    """What was tried before is tried by itself: should it end its worker, no other's work ends."""
    return Q(
        queue=job.queue,
        kind=job.kind,
        model=job.model,
        attempts=0,
        track__duration__gt=0,
        track__duration__lt=shorter_than,
    )


def claim_short_upload(*, shorter_than: float) -> Job | None:
    """The upload with a track of fewer seconds that has waited longest for the network."""
    short = Job.objects.filter(
        state=Job.State.QUEUED,
        queue=Queue.INFERENCE,
        kind=Job.Kind.TAG_TRACK,
        track__duration__gt=0,
        track__duration__lt=shorter_than,
    )
    oldest = short.order_by("created_at").values_list("pk", flat=True)[:MOST_ALIKE]
    return next((claimed for pk in oldest if (claimed := claim(str(pk)))), None)


def _mine(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


def is_mine(job: Job) -> bool:
    """False once another worker has taken it over: this one was taken for dead."""
    return bool(_mine(job).exists())


def report(job: Job, *, stage: str, done: float, total: float | None, unit: str) -> bool:
    """Write progress and renew the lease. False: stop, the job was cancelled or taken over."""
    alive = _mine(job).update(
        stage=stage, done=done, total=total, unit=unit, lease_until=timezone.now() + LEASE
    )
    return bool(alive) and not _mine(job).filter(cancel_requested=True).exists()


def keep_result(job: Job, result: dict[str, Any]) -> None:
    """What has come of it so far; another attempt begins with it."""
    _mine(job).update(result=result)


def renew(job: Job) -> bool:
    """Keep the lease without a word on progress. False: stop, as of `report`."""
    alive = _mine(job).update(lease_until=timezone.now() + LEASE)
    return bool(alive) and not _mine(job).filter(cancel_requested=True).exists()


def succeed(job: Job, *, seconds: float | None = None) -> bool:
    """False when another worker has taken the job over in the meantime.

    `seconds`: of sound, where that is what it had to do.
    """
    done = (
        {"done": Coalesce("total", "done")}
        if seconds is None
        else {"done": seconds, "total": seconds, "unit": "seconds"}
    )
    return bool(
        _mine(job).update(
            state=Job.State.SUCCEEDED, finished_at=timezone.now(), lease_until=None, **done
        )
    )


def fail(job: Job, *, code: str, detail: str) -> bool:
    """End the job with a reason a person can read; its track is marked so that it does not wait."""
    with transaction.atomic():
        ended = _mine(job).update(
            state=Job.State.FAILED,
            finished_at=timezone.now(),
            lease_until=None,
            error_code=code,
            error_detail=detail,
        )
        if ended:
            if _mark_track(job):
                announce(job.library_id, Webhook.Event.TRACK_FAILED, track=job.track_id, job=job.pk)
            _tell_of_failure(job, code)
    return bool(ended)


def _tell_of_failure(job: Job, code: str) -> None:
    told = {"job": job.pk, "track": job.track_id, "code": code}
    if job.library_id is None or job.kind in Job.STAFF_KINDS:
        announce_to(job.owner_id, Webhook.Event.JOB_FAILED, **told)
    else:
        announce(job.library_id, Webhook.Event.JOB_FAILED, **told)


def was_the_last_attempt(job: Job) -> bool:
    return job.attempts >= kind_of(job).max_attempts


def retry_later(job: Job, *, code: str, detail: str) -> None:
    """This attempt failed for no fault of the job's own: queue it again, or end it at the last."""
    if was_the_last_attempt(job):
        fail(job, code=code, detail=detail)
    elif _mine(job).update(state=Job.State.QUEUED, lease_until=None, dispatched_at=None, stage=""):
        dispatch(job)


def release(job: Job) -> None:
    """Its worker was told to end and let go of it in order: queue it again. No attempt is lost."""
    freed = {"state": Job.State.QUEUED, "lease_until": None, "dispatched_at": None, "stage": ""}
    if _mine(job).update(attempts=F("attempts") - 1, **freed):
        dispatch(job)


def end_cancelled(job: Job) -> None:
    with transaction.atomic():
        if _mine(job).update(
            state=Job.State.CANCELLED, finished_at=timezone.now(), lease_until=None
        ):
            _mark_track(job)


def _mark_track(job: Job) -> bool:
    """A track analysed before keeps its tags; True when one never was and has failed."""
    track = Track.objects.filter(jobs=job)
    if job.kind == Job.Kind.TAG_TRACK:
        return bool(track.filter(state=Track.State.PENDING).update(state=Track.State.FAILED))
    if job.kind == Job.Kind.ANALYSE_MUSIC:
        # Also one whose tempo is known from before, and whose file cannot be measured any more.
        track.filter(loudness=None).update(music_state=Track.MusicState.FAILED)
    return False


def cancel(job: Job) -> Job:
    """Cancel now if nobody works on it, else ask its worker to stop. Cancelling twice is fine."""
    with transaction.atomic():
        locked = Job.objects.select_for_update().get(pk=job.pk)
        if locked.state == Job.State.QUEUED:
            locked.state, locked.finished_at = Job.State.CANCELLED, timezone.now()
            locked.save(update_fields=["state", "finished_at"])
            _mark_track(locked)
        elif locked.state == Job.State.RUNNING:
            locked.cancel_requested = True
            locked.save(update_fields=["cancel_requested"])
    return locked


def retry(job: Job, *, trigger: Job.Trigger) -> Job:
    """A new job for the same work; JobStateError unless the old one failed or was cancelled."""
    if job.state not in (Job.State.FAILED, Job.State.CANCELLED):
        raise JobStateError(
            f"Only a failed or cancelled job can be retried; this one is {job.state}."
        )
    if kind_of(job).self_contained:
        return create_job(
            Job.Kind(job.kind),
            owner=job.owner,
            library=job.library,
            trigger=trigger,
            details=job.details,
            model=job.model,
        )
    if job.track is None:
        raise JobStateError("This job cannot be retried by itself. Ask again for what it was for.")
    with transaction.atomic():
        track = Track.objects.select_for_update().get(pk=job.track.pk)
        if track.deleted_at:
            raise JobStateError("Its track is in the Trash. Restore the track first.")
        alike = track.jobs.filter(kind=job.kind, parent=job.parent_id)
        existing = alike.filter(state__in=Job.OPEN_STATES).first()
        if existing:
            return existing
        if job.kind == Job.Kind.TAG_TRACK and track.state == Track.State.FAILED:
            Track.objects.filter(pk=track.pk).update(state=Track.State.PENDING)
        return create_job(
            Job.Kind(job.kind),
            owner=job.owner,
            trigger=trigger,
            track=track,
            model=job.model,
            parent=job.parent,
        )


def retry_all(failed: QuerySet[Job], *, trigger: Job.Trigger) -> int:
    """Try each again; how many that was. Those that have been retried or deleted are passed over.

    No more than a person waits for: ask again for the rest.
    """
    retried = 0
    for job in failed.select_related("library", "owner")[:MOST_RETRIED]:
        with suppress(JobStateError, Track.DoesNotExist):
            retry(job, trigger=trigger)
            retried += 1
    return retried
