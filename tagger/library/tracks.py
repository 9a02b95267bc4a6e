from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tagger.feedback.disputes import settle_track
from tagger.jobs import lifecycle
from tagger.models import Job, Library, Track, User, Webhook
from tagger.platform.celery.queues import Queue
from tagger.platform.storage.in_place import is_in_place
from tagger.webhooks.events import announce

_SAME = gettext_lazy("The same sound is in that library already, perhaps in its Trash.")


@contextmanager
def held(track: Track) -> Iterator[None]:
    """Nobody else changes the track, its tags or its words before the block ends.

    It may be gone by then: look for it inside of the block.
    """
    with transaction.atomic():
        Track.objects.select_for_update(no_key=True).filter(pk=track.pk).first()
        yield


class MoveRefused(Exception):
    """The track stays in its library; the message says why."""


def move_track(track: Track, to: Library, job: Job | None) -> bool:
    """Into another library, with file, tags, words and history; False where it is there already.

    What its tags are follows those who keep that library. Raises MoveRefused.
    """
    with transaction.atomic():
        # Jobs first: a worker that ends one locks it before the track.
        jobs = list(track.jobs.select_for_update(no_key=True).values_list("pk", flat=True))
        current = Track.objects.select_for_update(no_key=True).get(pk=track.pk)
        if current.library_id == to.pk:
            return False
        _refuse_move(current, to)
        announce(current.library_id, Webhook.Event.TRACK_DELETED, track=current.pk)
        current.library, current.moved_by = to, job
        _write_move(current)
        Job.objects.filter(pk__in=jobs).update(library=to)
        # The map of the other library places it anew; what was to be asked is asked there.
        current.map_points.all().delete()
        current.questions.update(library=to)
        settle_track(current.pk)
        analysis = current.analyses.select_related("model").order_by("-created_at").first()
        if analysis and current.state == Track.State.TAGGED:
            model = analysis.model.name
            announce(to.pk, Webhook.Event.TRACK_TAGGED, track=current.pk, model=model)
    return True


def _refuse_move(track: Track, to: Library) -> None:
    if is_in_place(track.file.name) or track.places.exists():
        raise MoveRefused(
            _("It lies in a folder of this library. Add the folder to the other library instead.")
        )
    if Track.objects.filter(library=to, audio_sha256=track.audio_sha256).exists():
        raise MoveRefused(_SAME)


def _write_move(track: Track) -> None:
    try:
        with transaction.atomic():
            track.save(update_fields=["library", "moved_by", "updated_at"])
    except IntegrityError as error:  # an upload has brought the same sound in this very moment
        raise MoveRefused(_SAME) from error


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
