"""After a change of the active model the library's tags follow in the background, in batches.

A track's own page reads scores and verdicts, so it is right at once; lists, counts and filters
read the rows written here, and say that they are being switched.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tagger.jobs import lifecycle
from tagger.models import Activation, Analysis, Job, User
from tagger.platform.batches import batches
from tagger.tags.effective import rebuild_many


def begin_switch(activation: Activation, *, owner: User | None, trigger: Job.Trigger) -> None:
    """Queue the switch, or go on with one that stopped. A switch that still runs is told to end."""
    with transaction.atomic():
        for job in Job.objects.filter(kind=Job.Kind.SWITCH_TAGS, state__in=Job.OPEN_STATES):
            lifecycle.cancel(job)
        if _analyses(activation).exists():
            job = lifecycle.create_job(Job.Kind.SWITCH_TAGS, owner=owner, trigger=trigger)
            Activation.objects.filter(pk=activation.pk).update(job=job)
        else:
            _end(activation)


def start_over() -> None:
    """What follows from analyses has changed, by a new release: all tags are to be made anew."""
    Activation.objects.exclude(model=None).update(switched_at=None, last_track=None)


def resume() -> None:
    """Go on with a switch that was cut short, or is to be made again; harmless at any time."""
    last = Activation.objects.filter(switched_at=None).select_related("job").first()
    if last and not (last.job and last.job.is_open):
        begin_switch(last, owner=None, trigger=Job.Trigger.RELEASE)


def switch_tags(job: Job) -> None:
    """Run a claimed job; after a stop it goes on behind the last batch that was written."""
    activation = Activation.objects.filter(job=job).first()
    if activation is None:
        lifecycle.fail(
            job, code="no-model", detail="The change of model this job belongs to is gone."
        )
        return
    analyses, last = _analyses(activation), activation.last_track
    total = _tracks(analyses)
    done = _tracks(analyses.filter(track__lte=last)) if last else 0
    for ids in batches(analyses, after=last, by="track"):
        done += _switch(activation, ids)
        if not lifecycle.report(job, stage="switching", done=done, total=total, unit="tracks"):
            lifecycle.end_cancelled(job)
            return
    _end(activation)
    lifecycle.succeed(job)


def _switch(activation: Activation, ids: list[UUID]) -> int:
    with transaction.atomic():
        count = rebuild_many(ids)
        Activation.objects.filter(pk=activation.pk).update(last_track=ids[-1])
    return count


def _analyses(activation: Activation) -> QuerySet[Analysis]:
    """Of tracks whose tags this change may alter, or one before it that was cut short."""
    models = list(_unfinished(activation).values_list("model", flat=True))
    return Analysis.objects.filter(model__in=models)


def _tracks(analyses: QuerySet[Analysis]) -> int:
    return analyses.order_by().values("track").distinct().count()


def _end(activation: Activation) -> None:
    """With this switch, those before it that were cut short are made good too."""
    _unfinished(activation).update(switched_at=timezone.now())


def _unfinished(activation: Activation) -> QuerySet[Activation]:
    return Activation.objects.filter(switched_at=None, pk__lte=activation.pk)
