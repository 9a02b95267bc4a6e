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
from tagger.models import Job, Library, Tag, Track, User

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


def preview(person: User, of: Library, request: BulkRequest) -> Preview:
    """A dry run. Raises BulkError."""
    act = _act(person, request, Job.Trigger.WEB, timezone.now())
    tracks = selected(of, request)
    return Preview(tracks.count(), act.unaffected(tracks).count(), len(missing(of, request)))


def start(person: User, of: Library, request: BulkRequest, *, trigger: Job.Trigger) -> Job:
    """A job, ended already where few tracks are meant. Raises BulkError."""
    _act(person, request, trigger, timezone.now())
    count = selected(of, request).count()
    if not count and not missing(of, request):
        raise nothing_selected()
    details = asdict(request)
    if count > AT_ONCE:
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
    request = BulkRequest(**job.details)
    person, of = cast(User, job.owner), cast(Library, job.library)
    try:
        act = _act(person, request, Job.Trigger(job.trigger), job.created_at)
        tracks = selected(of, request).filter(created_at__lte=job.created_at)
        gone = missing(of, request)
    except BulkError as error:
        lifecycle.fail(job, code=error.code, detail=error.detail)
        return
    bulk_run.run(job, act, tracks, gone)


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


def _act(person: User, request: BulkRequest, trigger: Job.Trigger, moment: datetime) -> Act:
    action, tag = BulkAction(request.action), None
    if action in WITH_A_TAG:
        tag = Tag.objects.filter(slug=request.tag, shown_as=None).first()
        if tag is None:
            raise BulkError("unknown-tag", "Choose the tag to accept or reject.")
    return Act(action, person, trigger, moment, tag)
