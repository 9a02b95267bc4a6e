"""What is done to the tracks a person has selected, on a page or by the query of a whole list."""

from __future__ import annotations

from dataclasses import replace
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tagger.jobs.queries import jobs_of
from tagger.library.bulk import AT_ONCE, BulkError, BulkRequest, as_read, preview, start
from tagger.library.bulk_actions import (
    OF_THE_TRASH,
    UNDONE_FOR_A_DAY,
    BulkAction,
    action_of,
)
from tagger.library.reread import CodePage, Sample
from tagger.models import Job, Library, Tag
from tagger.tags.vocabulary import named
from tagger.web.access import PageRequest, signed_in
from tagger.web.bulk_summary import nothing_left, outcome
from tagger.web.library_query import LibraryQuery
from tagger.web.toasts import offer_undo

EXPORTS = {
    "export-csv": "csv",
    "export-json": "json",
    "export-m3u8": "m3u8",
    "export-xml": "xml",
}
UNDONE_AT_ONCE = (BulkAction.DELETE, *UNDONE_FOR_A_DAY)
ASKED_ABOUT = (BulkAction.PURGE, BulkAction.REREAD, BulkAction.MOVE)


@require_POST
@signed_in
def bulk(request: PageRequest) -> HttpResponse:
    """What cannot be undone, or is done to a whole list, is asked about first."""
    query = _query(request.POST)
    wish = request.POST.get("action", "")
    if wish in EXPORTS:
        return redirect(query.export_url(EXPORTS[wish], request.library))
    if wish == "similar":
        return redirect(f"{reverse('web:alike')}?{_likes(request.POST)}")
    if wish not in BulkAction:
        return HttpResponseBadRequest("action: what is to be done with the tracks.")
    asked = BulkRequest(
        BulkAction(wish),
        query.urlencode(),
        _slug(request.POST.get("tag", "")),
        code_page=request.POST.get("code_page", ""),
        target=request.POST.get("target", ""),
    )
    try:
        grave = _is_whole(request.POST) or wish in ASKED_ABOUT
        if grave and "confirmed" not in request.POST:
            return _ask(request, asked)
        return _answer(
            request, start(request.user, request.library, asked, trigger=Job.Trigger.WEB)
        )
    except BulkError as error:
        messages.error(request, error.detail)
        return redirect(_back(request))


@require_POST
@signed_in
def undo(request: PageRequest, job_id: UUID) -> HttpResponse:
    done = get_object_or_404(jobs_of(request.user), pk=job_id, kind=Job.Kind.BULK)
    if action_of(done) in UNDONE_FOR_A_DAY:
        asked = BulkRequest(BulkAction.UNDO, job=str(done.pk))
    else:
        asked = BulkRequest(BulkAction.RESTORE, deletion=str(done.pk))
    try:
        library = cast(Library, done.library)
        return _answer(request, start(request.user, library, asked, trigger=Job.Trigger.WEB))
    except BulkError as error:
        known = error.code == "nothing-selected"
        messages.info(request, nothing_left(asked.action) if known else error.detail)
        return redirect("web:library")


def _slug(word: str) -> str:
    """A tag is typed by its name."""
    found = named([word.strip()])
    return found[word.strip()].slug if found else word


def _is_whole(sent: QueryDict) -> bool:
    return "all" in sent


def _query(sent: QueryDict) -> LibraryQuery:
    """The list's own query, or the tracks that were ticked."""
    if _is_whole(sent):
        return LibraryQuery(QueryDict(sent.get("query", ""))).unpaged()
    return LibraryQuery(QueryDict(urlencode({"id": ",".join(sent.getlist("id"))})))


def _likes(sent: QueryDict) -> str:
    return urlencode([("like", track_id) for track_id in sent.getlist("id")])


def _ask(request: PageRequest, asked: BulkRequest) -> HttpResponse:
    pages: list[tuple[CodePage, list[Sample]]] = []
    if asked.action == BulkAction.REREAD:
        read = as_read(request.library, asked, CodePage.values)
        pages = [(page, read[page]) for page in CodePage]
        asked = replace(asked, code_page=CodePage.CYRILLIC)
    if asked.action == BulkAction.MOVE and request.kept_elsewhere:
        asked = replace(asked, target=str(request.kept_elsewhere[0].pk))
    context = {
        "code_pages": pages,
        "asked": asked,
        "preview": preview(request.user, request.library, asked),
        "tag": Tag.objects.filter(slug=asked.tag).first(),
        "back": _back(request),
        "at_once": AT_ONCE,
    }
    return render(request, "tagger/library/bulk_confirm.html", context)


def _answer(request: PageRequest, job: Job) -> HttpResponse:
    """Back to the list where all went well; else to the page that tells of the job."""
    if job.state != Job.State.SUCCEEDED or job.result.get("failed"):
        return redirect("web:job", job_id=job.pk)
    if action_of(job) in UNDONE_AT_ONCE:
        offer_undo(request, outcome(job), reverse("web:undo-bulk", args=[job.pk]))
    else:
        messages.success(request, outcome(job))
    return redirect(_back(request))


def _back(request: PageRequest) -> str:
    wish = request.POST.get("next", "")
    if wish.startswith("/") and url_has_allowed_host_and_scheme(wish, allowed_hosts=None):
        return wish
    action = request.POST.get("action", "")
    return reverse("web:trash" if action in OF_THE_TRASH else "web:library")
