"""Tracks that scans have found are heard by and by, behind everything that people upload."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from tagger.jobs import lifecycle
from tagger.models import Job, Track
from tagger.platform.celery.queues import Queue
from tagger.platform.storage.in_place import PREFIX
from tagger.tags.effective import active_model

# So many wait at once: a broker never holds a message for each of a hundred thousand.
WINDOW = 64


def hear_found() -> int:
    """Run by beat, and when a scan has ended. Ask for those nobody has asked for yet."""
    if active_model() is None:
        return 0
    tagging = Job.objects.filter(kind=Job.Kind.TAG_TRACK)
    busy = tagging.filter(queue=Queue.BULK, state__in=Job.OPEN_STATES).count()
    found = Track.objects.filter(
        ~Exists(tagging.filter(track=OuterRef("pk"))),
        state=Track.State.PENDING,
        deleted_at=None,
        missing_since=None,
        file__startswith=PREFIX,
    )
    tracks = list(found.order_by("created_at").defer("peaks")[: max(0, WINDOW - busy)])
    for track in tracks:
        lifecycle.create_job(
            Job.Kind.TAG_TRACK,
            owner=track.added_by,
            trigger=Job.Trigger.SCHEDULE,
            track=track,
            queue=Queue.BULK,
        )
    return len(tracks)
