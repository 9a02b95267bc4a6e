from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tagger.libraries.members import Role
from tagger.models import Job, ResumableUpload, Track
from tagger.platform.db import return_connection
from tagger.platform.http.uploaded_file import on_disk
from tagger.uploads import resumable
from tagger.uploads.ingest import (
    LONGEST_PATH,
    Ingested,
    IngestError,
    SenderMetadata,
    ingest,
    tagging_job,
)
from tagger.uploads.quota import storage_of
from tagger.web.access import PageRequest, allowed_to, signed_in
from tagger.web.transfers import poll_seconds, recent_transfers, transfer


@dataclass(frozen=True)
class Refused:
    file_name: str
    reason: str


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@allowed_to(Role.EDITOR)
def upload_page(request: PageRequest) -> HttpResponse:
    """Files come one to a request from the script, all at once from the plain form."""
    if request.method != "POST":
        transfers = recent_transfers(request.library)
        context = {
            "transfers": transfers,
            "poll": poll_seconds(transfers),
            "unfinished": resumable.unfinished(request.user).filter(library=request.library),
            "storage": storage_of(request.user),
        }
        return render(request, "tagger/upload/upload.html", context)
    return_connection()
    outcomes = [_take_in(request, upload) for upload in request.FILES.getlist("files")]
    return _answer_script(request, outcomes) if request.htmx else _answer_form(request, outcomes)


# The browser itself sends what another program shares, and has no token of ours. It is told from
# what other sites send by a header that no page can set.
SENT_BY_HAND = ("none", "same-origin")


@csrf_exempt
@require_POST
@signed_in
@allowed_to(Role.EDITOR)
def share(request: PageRequest) -> HttpResponse:
    """Files that another program on the phone hands over (`share_target` of the manifest)."""
    if request.headers.get("Sec-Fetch-Site") not in SENT_BY_HAND:
        raise PermissionDenied
    return_connection()
    outcomes = [_take_in(request, upload) for upload in request.FILES.getlist("files")]
    return _answer_form(request, outcomes)


@require_safe
@signed_in
def arrived(request: PageRequest, upload_id: UUID) -> HttpResponse:
    """The row of a file that has come in parts, once it is whole."""
    mine = ResumableUpload.objects.select_related("track")
    upload = get_object_or_404(mine, pk=upload_id, owner=request.user, track__isnull=False)
    track = cast(Track, upload.track)
    taken = Ingested(track, tagging_job(track), upload.duplicate, upload.restored)
    return _answer_script(request, [taken])


@require_POST
@signed_in
def discard_upload(request: PageRequest, upload_id: UUID) -> HttpResponse:
    resumable.terminate(get_object_or_404(ResumableUpload, pk=upload_id, owner=request.user))
    return redirect("web:upload")


def _take_in(request: PageRequest, upload: UploadedFile) -> Ingested | Refused:
    name = upload.name or ""
    try:
        with on_disk(upload) as path:
            return ingest(
                path,
                name,
                library=request.library,
                by=request.user,
                trigger=Job.Trigger.WEB,
                metadata=SenderMetadata(path=_path_of(request)),
            )
    except IngestError as error:
        return Refused(name, error.detail)


def _path_of(request: PageRequest) -> str:
    """Below the folder that was dropped or chosen. One that is too long is no place on a disk."""
    path = request.POST.get("path", "")
    return path if len(path) <= LONGEST_PATH else ""


def _answer_script(request: PageRequest, outcomes: list[Ingested | Refused]) -> HttpResponse:
    """One row, whatever became of the file: for the page a refusal is an answer, not an error."""
    if len(outcomes) != 1:
        outcomes = [Refused("", _("Send one file with each request."))]
    outcome = outcomes[0]
    if isinstance(outcome, Refused):
        return render(request, "tagger/upload/_transfer_refused.html", {"refused": outcome})
    if outcome.duplicate or outcome.job is None:
        return render(request, "tagger/upload/_transfer_known.html", {"outcome": outcome})
    return render(request, "tagger/upload/_transfer.html", {"row": transfer(outcome.track)})


def _answer_form(request: PageRequest, outcomes: list[Ingested | Refused]) -> HttpResponse:
    if not outcomes:
        messages.error(request, _("No file was chosen."))
    taken = 0
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            messages.error(request, f"{outcome.file_name}: {outcome.reason}")
        elif outcome.restored:
            messages.success(request, _("Back from the Trash: %s") % outcome.track.title)
        elif outcome.duplicate:
            messages.info(request, _("Already in your library: %s") % outcome.track.title)
        else:
            taken += 1
    if taken:
        said = ngettext("%d file uploaded.", "%d files uploaded.", taken)
        messages.success(request, said % taken)
    return redirect("web:upload")
