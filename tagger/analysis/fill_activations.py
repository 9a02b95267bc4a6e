"""What the network makes of tracks that were heard before it was kept: heard again in the
background, a few at a time while nothing else waits. Nothing that is shown changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tagger.jobs import lifecycle
from tagger.models import Analysis, Job, KeptActivations, ModelVersion, Track
from tagger.platform.celery.queues import Queue
from tagger.tags.effective import active_model

from .activations import keep_activations, trunk_of

if TYPE_CHECKING:
    from ml.inference import Analysis as Prediction

# More than these do not wait at once: an upload that comes next has the network to itself soon.
MOST_WAITING = 4
KIND = Job.Kind.KEEP_ACTIVATIONS


def unkept_tracks(model: ModelVersion | None) -> QuerySet[Track]:
    """Tracks that `model`, the active one, has analysed, and of which nothing is kept that its
    trunk has made. Those that it has still to hear are kept when it does; one that could not be
    heard any more is not tried again by itself.
    """
    trunk = trunk_of(model) if model and settings.KEEP_ACTIVATIONS else ""
    if not trunk:
        return Track.objects.none()
    kept = KeptActivations.objects.filter(track=OuterRef("pk"), trunk=trunk)
    analysed = Analysis.objects.filter(track=OuterRef("pk"), model=model)
    given_up = Job.objects.filter(track=OuterRef("pk"), kind=KIND, model=model)
    failed = given_up.filter(state__in=[Job.State.FAILED, Job.State.CANCELLED])
    tagged = Track.objects.filter(state=Track.State.TAGGED, deleted_at=None)
    return tagged.filter(~Exists(kept), ~Exists(failed), Exists(analysed))


def fill_activations(most: int = MOST_WAITING, after: UUID | None = None) -> int:
    """Ask for up to `most` tracks, unless something else waits that decodes or hears; of how many.

    In the order of their ids, which is a random one: what is there early is a fair sample. Whoever
    has just filled the track `after` goes on from there: to pass over all that are filled, each
    time, would take longer than hearing where they are many.
    """
    model = active_model()
    if model is None or not settings.KEEP_ACTIVATIONS or _others_wait():
        return 0
    with transaction.atomic():
        # Each job that ends asks for the next, and so does the clock.
        ModelVersion.objects.select_for_update(no_key=True).get(pk=model.pk)
        waiting = Job.objects.filter(kind=KIND, state__in=Job.OPEN_STATES)
        tracks = unkept_tracks(model).exclude(pk__in=waiting.values("track"))
        room = max(0, most - waiting.count())
        asked = _next(tracks.filter(pk__gt=after), room) if after else []
        # From the beginning: when a round has come to its end, and when the clock asks.
        asked = asked or _next(tracks, room)
        for track in asked:
            lifecycle.create_job(
                KIND, owner=None, trigger=Job.Trigger.SCHEDULE, track=track, model=model
            )
    return len(asked)


def keep_alone(job: Job, track: Track, model: ModelVersion, prediction: Prediction) -> None:
    """End a job of this kind with what the network has made of its track, and ask for the next."""
    with transaction.atomic():
        if locked := Track.objects.select_for_update(no_key=True).filter(pk=track.pk).first():
            keep_activations(locked, model, prediction)
    if model == active_model() and unkept_tracks(model).filter(pk=track.pk).exists():
        # Failed, lest it be tried for ever.
        lifecycle.fail(
            job, code="not-kept", detail="This model makes nothing of a track that can be kept."
        )
    else:
        lifecycle.succeed(job, seconds=prediction.duration)
    fill_activations(after=track.pk)


def _next(tracks: QuerySet[Track], most: int) -> list[Track]:
    return list(tracks.order_by("pk").only("pk", "library")[:most])


def _others_wait() -> bool:
    busy = Q(queue__in=[Queue.INFERENCE, Queue.ANALYSIS, Queue.BULK]) & ~Q(kind=KIND)
    # A reanalysis hands out its tracks a few at a time; between two handfuls none may wait.
    return Job.objects.filter(busy | Q(kind=Job.Kind.REANALYSE), state__in=Job.OPEN_STATES).exists()
