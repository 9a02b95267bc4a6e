"""What can be done to many tracks: how it is done to one, and to which it would do nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from tagger.feedback.verdicts import accept_shown, reject_shown, undo_verdicts
from tagger.models import Job, Library, Tag, Track, TrackTag, User, Verdict
from tagger.platform.celery.queues import Queue
from tagger.tags.vocabulary import meant_by

from .reread import UnreadableError, reread, reread_as_declared
from .tracks import MoveRefused, move_track, reanalyse_track
from .trash import delete_track, purge_track, restore_track


class BulkAction(TextChoices):
    ACCEPT = "accept", _("accept a tag")
    REJECT = "reject", _("reject a tag")
    UNDO = "undo", _("undo")
    REREAD = "reread", _("read the words as another code page")
    MOVE = "move", _("move to another library")
    REANALYSE = "reanalyse", _("analyse again")
    DELETE = "delete", _("delete")
    RESTORE = "restore", _("restore from the Trash")
    PURGE = "purge", _("delete for good")


OF_THE_TRASH = (BulkAction.RESTORE, BulkAction.PURGE)
WITH_A_TAG = (BulkAction.ACCEPT, BulkAction.REJECT)
UNDONE_FOR_A_DAY = (*WITH_A_TAG, BulkAction.REREAD, BulkAction.MOVE)
OF_EDITORS = (*WITH_A_TAG, BulkAction.REANALYSE, BulkAction.REREAD, BulkAction.UNDO)


def action_of(job: Job) -> BulkAction | None:
    """What a bulk job does to its tracks; None where its row does not say, or names what another
    release knew.
    """
    named = job.details.get("action")
    return BulkAction(named) if named in BulkAction.values else None


class RefusedError(Exception):
    """It cannot be done to this track; the message says why."""


@dataclass(frozen=True)
class Act:
    """One action as it is done to each of many tracks. `moment` is when it was asked for."""

    action: BulkAction
    person: User
    trigger: Job.Trigger
    moment: datetime
    tag: Tag | None = None
    undoes: Job | None = None
    """The job that is undone."""
    code_page: str = ""
    target: Library | None = None
    """Where to it is moved, or moved back."""
    job: Job | None = None
    """As which this is done; None while it is only asked what would be."""

    def unaffected(self, tracks: QuerySet[Track]) -> QuerySet[Track]:
        """Those of `tracks` for which nothing would change."""
        if self.action == BulkAction.REANALYSE:
            waiting = Job.objects.filter(kind=Job.Kind.TAG_TRACK, state__in=Job.OPEN_STATES)
            return tracks.filter(Exists(waiting.filter(track=OuterRef("pk"))))
        if self.tag is None:
            return tracks.none()
        carried = Exists(TrackTag.objects.filter(track=OuterRef("pk"), tag__in=meant_by(self.tag)))
        accepts = self.action == BulkAction.ACCEPT
        said = Verdict.objects.filter(
            track=OuterRef("pk"),
            person=self.person,
            tag=self.tag,
            withdrawn_at=None,
            answer=Verdict.Answer.ACCEPTED if accepts else Verdict.Answer.REJECTED,
        )
        return tracks.filter(Exists(said), carried if accepts else ~carried)

    def do(self, track: Track) -> bool:
        """Whether that changes it. Raises RefusedError, and Track.DoesNotExist when it has gone."""
        match self.action:
            case BulkAction.ACCEPT if self.tag:
                accept_shown(self.person, track, self.tag, self.moment)
            case BulkAction.REJECT if self.tag:
                reject_shown(self.person, track, self.tag, self.moment)
            case BulkAction.UNDO if self.undoes:
                return self._undo(track, self.undoes)
            case BulkAction.REREAD if self.job:
                return self._reread(track, self.job)
            case BulkAction.MOVE if self.job:
                return self._move(track, self.job)
            case BulkAction.REANALYSE:
                self._analyse_again(track)
            case BulkAction.DELETE:
                delete_track(track, at=self.moment)
            case BulkAction.RESTORE:
                restore_track(track, trigger=self.trigger)
            case BulkAction.PURGE:
                purge_track(track)
        return True

    def _undo(self, track: Track, done: Job) -> bool:
        if action_of(done) in WITH_A_TAG:
            undo_verdicts(self.person, track, done.created_at)
            return True
        if done.details["action"] == BulkAction.MOVE:
            return self._move(track, None)
        try:
            return reread_as_declared(track, done.details["code_page"])
        except UnreadableError as error:
            raise RefusedError(str(error)) from error

    def _move(self, track: Track, job: Job | None) -> bool:
        if self.target is None:
            raise RefusedError(_("Its library is not there any more."))
        try:
            return move_track(track, self.target, job)
        except MoveRefused as error:
            raise RefusedError(str(error)) from error

    def _reread(self, track: Track, job: Job) -> bool:
        try:
            return reread(track, self.code_page, job)
        except UnreadableError as error:
            raise RefusedError(str(error)) from error

    def _analyse_again(self, track: Track) -> None:
        if not track.file.storage.exists(str(track.file.name)):
            raise RefusedError("The stored file is missing. Ask an admin to restore it.")
        # Behind what people upload meanwhile.
        reanalyse_track(track, trigger=self.trigger, by=self.person, queue=Queue.BULK)
