"""Many tracks analysed again in the background: started, kept going, ended.

The job of a reanalysis hands out jobs of single tracks on the queue `bulk`, a few dozen at a time,
so that uploads pass it and a broker never holds a message a track. What is handed out is written
down: after any stop it goes on behind the last of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from tagger.jobs import lifecycle
from tagger.models import Analysis, Job, ModelVersion, Reanalysis, Track, User
from tagger.tags.effective import active_model

from .retag import open_retag, request_retag, retaggable
from .stale import sample_for, stale_tracks

# Enough that no worker waits for the next ones, few enough to be cancelled at once.
WINDOW = 64
# Enough to show what would change, few enough for a CPU to be done with them in minutes.
SAMPLE = 200
# They are kept as a list of ids in one row; who wants more wants all, which needs no list.
MOST_CHOSEN = 10_000


class NothingToAnalyseError(Exception):
    """There is no track to analyse, or no model to analyse it with; the message says which."""


def reanalyse_stale(*, by: User | None, trigger: Job.Trigger) -> Reanalysis:
    """Everything the active model has not analysed; one that runs already is answered as it is."""
    return _start(_needed(active_model()), Reanalysis.Scope.STALE, [], by, trigger)


def reanalyse_chosen(
    tracks: Sequence[UUID], *, by: User | None, trigger: Job.Trigger
) -> Reanalysis:
    """These tracks, also those the active model has analysed before."""
    return _start(_needed(active_model()), Reanalysis.Scope.CHOSEN, tracks, by, trigger)


def analyse_sample(
    version: ModelVersion, *, by: User | None, trigger: Job.Trigger, size: int = SAMPLE
) -> Reanalysis:
    """Tracks to compare this version by: all that it can tag from what was kept of them; where
    those are fewer than `size`, also so many to hear, half of them with verdicts if there are any.
    """
    enough = retaggable(version).count() >= size
    chosen = [] if enough else sample_for(version, size)
    return _start(version, Reanalysis.Scope.SAMPLE, chosen, by, trigger)


def advance(job_id: UUID) -> None:
    """Hand out what there is room for; end the reanalysis when nothing is left.

    Called when a track of it is done and every few seconds besides; harmless at any time.
    """
    with transaction.atomic():
        locked = Reanalysis.objects.select_for_update(of=("self",)).select_related("job", "model")
        run = locked.filter(pk=job_id, job__state=Job.State.RUNNING).first()
        if run is None:
            return
        if run.job.cancel_requested:
            _cancel(run)
        else:
            _hand_out(run)


@contextmanager
def advancing_parent(job: Job) -> Iterator[None]:
    """Around an attempt at a job: however it ends, the reanalysis it is part of goes on."""
    try:
        yield
    finally:
        if job.parent_id:
            advance(job.parent_id)


def advance_all() -> None:
    for pk in Reanalysis.objects.filter(job__state=Job.State.RUNNING).values_list("pk", flat=True):
        advance(pk)


def begin(job: Job) -> None:
    """The claimed job of a reanalysis. It has no lease: no worker is busy with it.

    What can be tagged from kept activations is no longer to be heard: that comes first.
    """
    Job.objects.filter(pk=job.pk).update(lease_until=None, unit="tracks", stage="hearing")
    run = Reanalysis.objects.select_related("model").get(pk=job.pk)
    if run.scope != Reanalysis.Scope.CHOSEN:
        request_retag(run.model, by=job.owner, trigger=Job.Trigger(job.trigger), parent=job)
    advance(job.pk)


def cancel_reanalysis(run: Reanalysis) -> Reanalysis:
    """Tracks that are being analysed right now are told to stop too."""
    lifecycle.cancel(run.job)
    advance(run.pk)
    run.refresh_from_db()
    return run


def cancel_for_others(active: ModelVersion) -> None:
    """What was to be analysed for the library's sake by a model that is not active any more."""
    runs = Reanalysis.objects.filter(job__state__in=Job.OPEN_STATES).exclude(model=active)
    for run in runs.exclude(scope=Reanalysis.Scope.SAMPLE).select_related("job"):
        lifecycle.cancel(run.job)


def remaining(run: Reanalysis) -> QuerySet[Track]:
    """What is still to be handed out, whatever its order."""
    if run.scope == Reanalysis.Scope.STALE:
        tracks = stale_tracks(run.model)
    else:
        tracks = Track.objects.filter(pk__in=run.chosen, deleted_at=None)
    if run.scope == Reanalysis.Scope.SAMPLE:
        tracks = tracks.exclude(pk__in=Analysis.objects.filter(model=run.model).values("track"))
    return tracks.filter(pk__gt=run.last_track) if run.last_track else tracks


def _needed(model: ModelVersion | None) -> ModelVersion:
    if model is None:
        raise NothingToAnalyseError(_("No model is active. Make one active first."))
    return model


def _start(
    model: ModelVersion,
    scope: Reanalysis.Scope,
    chosen: Sequence[UUID],
    by: User | None,
    trigger: Job.Trigger,
) -> Reanalysis:
    with transaction.atomic():
        ModelVersion.objects.select_for_update(no_key=True).get(pk=model.pk)
        existing = _open_run(model, scope)
        if existing:
            return existing
        run = Reanalysis(model=model, scope=scope, chosen=list(chosen))
        run.planned = _planned(run)
        if not run.planned:
            raise NothingToAnalyseError(_("%s has heard all of these tracks.") % model)
        run.job = lifecycle.create_job(Job.Kind.REANALYSE, owner=by, trigger=trigger, model=model)
        run.save(force_insert=True)
    return run


def _planned(run: Reanalysis) -> int:
    if run.scope != Reanalysis.Scope.SAMPLE:
        return remaining(run).count()
    from_kept = retaggable(run.model)
    return from_kept.count() + remaining(run).exclude(pk__in=from_kept.values("pk")).count()


def _open_run(model: ModelVersion, scope: Reanalysis.Scope) -> Reanalysis | None:
    """Two of the same would do everything twice. Of chosen tracks there may be any number."""
    if scope == Reanalysis.Scope.CHOSEN:
        return None
    alike = Reanalysis.objects.filter(model=model, scope=scope, job__state__in=Job.OPEN_STATES)
    return alike.select_related("job").first()


def _hand_out(run: Reanalysis) -> None:
    retagging = open_retag(run.model) if run.scope != Reanalysis.Scope.CHOSEN else None
    if retagging:
        _tell(run, 0, int(retagging.done))
        return
    children = run.job.children.all()
    ended = children.filter(state=Job.State.SUCCEEDED)
    for job in ended.filter(kind=Job.Kind.RETAG):
        run.handed_out += job.result["tracks"]
    ended.delete()
    busy = children.filter(state__in=Job.OPEN_STATES).count()
    tracks = list(remaining(run).order_by("pk").only("pk")[: max(0, WINDOW - busy)])
    for track in tracks:
        lifecycle.create_job(
            Job.Kind.ANALYSE_TRACK,
            owner=None,
            trigger=Job.Trigger(run.job.trigger),
            track=track,
            model=run.model,
            parent=run.job,
        )
    if tracks:
        run.last_track = tracks[-1].pk
        run.handed_out += len(tracks)
    run.save(update_fields=["last_track", "handed_out"])
    _tell(run, busy + len(tracks))


def _tell(run: Reanalysis, busy: int, retagging: int | None = None) -> None:
    """`retagging`: so many of it are done by a job that tags from kept activations."""
    run.job.done = run.handed_out - busy + (retagging or 0)
    run.job.total = max(run.planned, run.handed_out)
    if not busy and retagging is None:
        run.job.state, run.job.finished_at = Job.State.SUCCEEDED, timezone.now()
        run.job.total = run.job.done
    run.job.save(update_fields=["done", "total", "state", "finished_at"])


def _cancel(run: Reanalysis) -> None:
    for child in run.job.children.filter(state__in=Job.OPEN_STATES):
        lifecycle.cancel(child)
    run.job.state, run.job.finished_at = Job.State.CANCELLED, timezone.now()
    run.job.save(update_fields=["state", "finished_at"])
