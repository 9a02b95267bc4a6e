"""One action on many tracks, chosen by a query of the library. A few at once, many by a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from tagger.feedback.verdicts import said_at
from tagger.jobs import lifecycle
from tagger.libraries.members import Role, RoleError, kept_by, need
from tagger.models import Job, Library, Tag, Track, User

from . import bulk_run
from .bulk_actions import (
    OF_EDITORS,
    OF_THE_TRASH,
    UNDONE_FOR_A_DAY,
    WITH_A_TAG,
    Act,
    BulkAction,
    action_of,
)
from .reread import CodePage, Sample, samples
from .search import LibraryFilter, library, trash

# So many take a second or two, which a person waits for; more than that are a worker's.
AT_ONCE = 100
# Each file is opened anew.
READ_AT_ONCE = 10
SAMPLES = 3
Samples = dict[str, list[Sample]]
UNDONE_WITHIN = timedelta(days=1)


class BulkError(Exception):
    """The request cannot be understood; `code` is stable, the message says what to change."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class BulkRequest:
    """`query` narrows the library, or the Trash, as its address does; `id=…` names tracks.

    `deletion` is a bulk job that has deleted: only what went with it is meant. `job` is one that
    has given verdicts, read words in another code page or moved tracks, and is to be undone.
    `code_page` is for the action `reread`, `target`, a library, for `move`.
    """

    action: BulkAction
    query: str = ""
    tag: str = ""
    deletion: str = ""
    job: str = ""
    code_page: str = ""
    target: str = ""


@dataclass(frozen=True)
class Preview:
    """What would happen: tracks found, those of them that stay as they are, names not found."""

    matched: int
    unchanged: int
    missing: int


def preview(person: User, of: Library, request: BulkRequest) -> Preview:
    """A dry run. Raises BulkError and RoleError."""
    act = _act(person, of, request, Job.Trigger.WEB, timezone.now())
    tracks = _selected(act, of, request)
    return Preview(tracks.count(), act.unaffected(tracks).count(), len(missing(of, request)))


def as_read(of: Library, request: BulkRequest, code_pages: Sequence[str]) -> Samples:
    """What the first of the tracks would be called in each of these code pages."""
    return samples(list(selected(of, request)[:SAMPLES]), code_pages)


def start(person: User, of: Library, request: BulkRequest, *, trigger: Job.Trigger) -> Job:
    """A job, ended already where few tracks are meant. Raises BulkError and RoleError."""
    act = _act(person, of, request, trigger, timezone.now())
    count = _selected(act, of, request).count()
    if not count and not missing(of, request):
        raise nothing_selected()
    details = asdict(request)
    if act.undoes:
        details |= {name: act.undoes.details.get(name, "") for name in ("tag", "target")}
    if count > (READ_AT_ONCE if request.action == BulkAction.REREAD else AT_ONCE):
        return lifecycle.create_job(
            Job.Kind.BULK, owner=person, library=of, trigger=trigger, details=details
        )
    job = lifecycle.begin_here(
        Job.Kind.BULK, owner=person, library=of, trigger=trigger, details=details
    )
    run_bulk(job)
    job.refresh_from_db()
    return job


def nothing_selected() -> BulkError:
    return BulkError("nothing-selected", "No track is selected. Choose some first.")


def run_bulk(job: Job) -> None:
    """Work a claimed job off, from where an earlier attempt got to."""
    if action_of(job) is None:
        detail = "What was to be done is not known to this release. Ask for it again."
        lifecycle.fail(job, code="unknown-action", detail=detail)
        return
    request = BulkRequest(**job.details)
    of = cast(Library, job.library)
    try:
        act = _act(job.owner, of, request, Job.Trigger(job.trigger), job.created_at, job)
        tracks = _selected(act, of, request).filter(created_at__lte=job.created_at)
        gone = missing(of, request)
    except BulkError as error:
        lifecycle.fail(job, code=error.code, detail=error.detail)
        return
    except RoleError as error:  # they have left the library since
        lifecycle.fail(job, code="forbidden", detail=str(error))
        return
    bulk_run.run(job, act, tracks, gone)


def undoable(job: Job) -> bool:
    """Whether its owner can have what it has changed back as it was."""
    if job.is_open or not job.result.get("changed"):
        return False
    action = action_of(job)
    recent = job.created_at > timezone.now() - UNDONE_WITHIN
    return action == BulkAction.DELETE or (action in UNDONE_FOR_A_DAY and recent)


def _selected(act: Act, of: Library, request: BulkRequest) -> QuerySet[Track]:
    tracks = selected(of, request)
    if act.undoes is None:
        return tracks
    if act.undoes.details["action"] == BulkAction.MOVE:
        there = selected(Library(pk=int(act.undoes.details["target"])), request)
        return there.filter(moved_by=act.undoes)
    if action_of(act.undoes) == BulkAction.REREAD:
        return tracks.filter(reread_by=act.undoes)
    return tracks.filter(pk__in=said_at(act.person, act.undoes.created_at).values("track"))


def selected(of: Library, request: BulkRequest) -> QuerySet[Track]:
    """The tracks of the library that are meant, in the order of their ids. Raises BulkError."""
    base = trash(of) if request.action in OF_THE_TRASH else library(of)
    query = QueryDict(request.query)
    if "id" in query and not query["id"].strip(", "):
        # For a filter an empty list of names is none at all; here it is certainly not "all".
        raise nothing_selected()
    if request.deletion:
        base = base.filter(deleted_at=_deletion(of, request.deletion).created_at)
    narrowed = LibraryFilter(query, queryset=base)
    if not narrowed.is_valid():
        errors = " ".join(str(fault) for faults in narrowed.errors.values() for fault in faults)
        raise BulkError("invalid", errors)
    tracks: QuerySet[Track] = narrowed.qs
    return tracks.order_by("pk")


def missing(of: Library, request: BulkRequest) -> list[UUID]:
    """Tracks asked for by name that are not there: gone, or never in the library."""
    names = QueryDict(request.query).get("id", "")
    asked = [UUID(name) for name in names.split(",") if name]
    if not asked:
        return []
    base = trash(of) if request.action in OF_THE_TRASH else library(of)
    present = set(base.filter(pk__in=asked).values_list("pk", flat=True))
    return [name for name in dict.fromkeys(asked) if name not in present]


def _deletion(of: Library, job_id: str) -> Job:
    deletion = Job.objects.filter(pk=job_id, library=of, kind=Job.Kind.BULK).first()
    if deletion is None:
        raise BulkError("invalid", "The deletion to be undone is not known.")
    return deletion


def _act(
    person: User | None,
    of: Library,
    request: BulkRequest,
    trigger: Job.Trigger,
    moment: datetime,
    job: Job | None = None,
) -> Act:
    action, tag = BulkAction(request.action), None
    need(person, of, Role.EDITOR if action in OF_EDITORS else Role.KEEPER)
    if action in WITH_A_TAG:
        tag = Tag.objects.filter(slug=request.tag, shown_as=None).first()
        if tag is None:
            raise BulkError("unknown-tag", "Choose the tag to accept or reject.")
    if action == BulkAction.REREAD and request.code_page not in CodePage:
        raise BulkError("unknown-code-page", "Choose how the words are to be read.")
    undoes = _done(cast(User, person), request.job, moment) if action == BulkAction.UNDO else None
    target = _target(cast(User, person), of, request, undoes)
    return Act(
        action, cast(User, person), trigger, moment, tag, undoes, request.code_page, target, job
    )


def _target(person: User, of: Library, request: BulkRequest, undoes: Job | None) -> Library | None:
    """Who moves tracks keeps both libraries, also where they are moved back. Raises BulkError."""
    moves = undoes and undoes.details["action"] == BulkAction.MOVE
    if request.action != BulkAction.MOVE and not moves:
        return None
    named = str(undoes.details["target"]) if undoes else request.target
    kept = kept_by(person).in_bulk([of.pk, *([int(named)] if named.isdigit() else [])])
    other = next((library for pk, library in kept.items() if pk != of.pk), None)
    if other is None or of.pk not in kept:
        raise BulkError("unknown-library", _("Choose another library that you keep."))
    return of if undoes else other


def _done(person: User, job_id: str, moment: datetime) -> Job:
    """Nobody undoes what somebody else has done."""
    own = Job.objects.filter(kind=Job.Kind.BULK, owner=person)
    bulk = own.filter(details__action__in=UNDONE_FOR_A_DAY)
    done = bulk.filter(pk=job_id).first() if job_id else None
    if done is None:
        raise BulkError("unknown-job", "What is to be undone is not known.")
    if done.created_at < moment - UNDONE_WITHIN:
        raise BulkError("too-late", "What was done to many tracks can be undone for a day.")
    return done
