"""One action on many tracks, chosen by a query of the library. A few at once, many by a worker."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from tagger.jobs import lifecycle
from tagger.models import Job, Tag, Track, User

from . import bulk_run
from .bulk_actions import OF_THE_TRASH, WITH_A_TAG, Act, BulkAction
from .search import LibraryFilter, library, trash

# So many take a second or two, which a person waits for; more than that are a worker's.
AT_ONCE = 100


class BulkError(Exception):
    """The request cannot be understood; `code` is stable, the message says what to change."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class BulkRequest:
    """`query` narrows the library, or the Trash, as its address does; `id=…` names tracks.

    `deletion` is a bulk job that has deleted: only what went with it is meant.
    """

    action: BulkAction
    query: str = ""
    tag: str = ""
    deletion: str = ""


@dataclass(frozen=True)
class Preview:
    """What would happen: tracks found, those of them that stay as they are, names not found."""

    matched: int
    unchanged: int
    missing: int


def preview(owner: User, request: BulkRequest) -> Preview:
    """A dry run. Raises BulkError."""
    act = _act(owner, request, Job.Trigger.WEB, timezone.now())
    tracks = selected(owner, request)
    return Preview(tracks.count(), act.unaffected(tracks).count(), len(missing(owner, request)))


def start(owner: User, request: BulkRequest, *, trigger: Job.Trigger) -> Job:
    """A job, ended already where few tracks are meant. Raises BulkError."""
    _act(owner, request, trigger, timezone.now())
    count = selected(owner, request).count()
    if not count and not missing(owner, request):
        raise nothing_selected()
    details = asdict(request)
    if count > AT_ONCE:
        return lifecycle.create_job(Job.Kind.BULK, owner=owner, trigger=trigger, details=details)
    job = lifecycle.begin_here(Job.Kind.BULK, owner=owner, trigger=trigger, details=details)
    run_bulk(job)
    job.refresh_from_db()
    return job


def nothing_selected() -> BulkError:
    return BulkError("nothing-selected", "No track is selected. Choose some first.")


def run_bulk(job: Job) -> None:
    """Work a claimed job off, from where an earlier attempt got to."""
    request, owner = BulkRequest(**job.details), cast(User, job.owner)
    try:
        act = _act(owner, request, Job.Trigger(job.trigger), job.created_at)
        tracks = selected(owner, request).filter(created_at__lte=job.created_at)
        gone = missing(owner, request)
    except BulkError as error:
        lifecycle.fail(job, code=error.code, detail=error.detail)
        return
    bulk_run.run(job, act, tracks, gone)


def selected(owner: User, request: BulkRequest) -> QuerySet[Track]:
    """The person's tracks that are meant, in the order of their ids. Raises BulkError."""
    base = trash(owner) if request.action in OF_THE_TRASH else library(owner)
    query = QueryDict(request.query)
    if "id" in query and not query["id"].strip(", "):
        # For a filter an empty list of names is none at all; here it is certainly not "all".
        raise nothing_selected()
    if request.deletion:
        base = base.filter(deleted_at=_deletion(owner, request.deletion).created_at)
    narrowed = LibraryFilter(query, queryset=base)
    if not narrowed.is_valid():
        errors = " ".join(str(fault) for faults in narrowed.errors.values() for fault in faults)
        raise BulkError("invalid", errors)
    tracks: QuerySet[Track] = narrowed.qs
    return tracks.order_by("pk")


def missing(owner: User, request: BulkRequest) -> list[UUID]:
    """Tracks asked for by name that are not there: gone, or never the person's."""
    names = QueryDict(request.query).get("id", "")
    asked = [UUID(name) for name in names.split(",") if name]
    if not asked:
        return []
    base = trash(owner) if request.action in OF_THE_TRASH else library(owner)
    present = set(base.filter(pk__in=asked).values_list("pk", flat=True))
    return [name for name in dict.fromkeys(asked) if name not in present]


def _deletion(owner: User, job_id: str) -> Job:
    deletion = Job.objects.filter(pk=job_id, owner=owner, kind=Job.Kind.BULK).first()
    if deletion is None:
        raise BulkError("invalid", "The deletion to be undone is not known.")
    return deletion


def _act(owner: User, request: BulkRequest, trigger: Job.Trigger, moment: datetime) -> Act:
    action, tag = BulkAction(request.action), None
    if action in WITH_A_TAG:
        tag = Tag.objects.filter(slug=request.tag, shown_as=None).first()
        if tag is None:
            raise BulkError("unknown-tag", "Choose the tag to accept or reject.")
    return Act(action, owner, trigger, moment, tag)
