from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tagger.libraries.members import Role
from tagger.library.search import trash
from tagger.library.trash import RETENTION, restore_track
from tagger.models import Job
from tagger.web.access import PageRequest, own_trashed, signed_in

PAGE_SIZE = 50


@require_safe
@signed_in
def trash_page(request: PageRequest) -> HttpResponse:
    deleted = trash(request.library).order_by("-deleted_at", "-id")
    page = Paginator(deleted, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(track, track.deleted_at + RETENTION) for track in page if track.deleted_at]
    return render(
        request, "tagger/trash/trash.html", {"page": page, "rows": rows, "days": RETENTION.days}
    )


@require_POST
@signed_in
def restore(request: PageRequest, track_id: UUID) -> HttpResponse:
    track = own_trashed(request, track_id, Role.KEEPER)
    restore_track(track, trigger=Job.Trigger.WEB)
    messages.success(request, _("Back in the library: %s") % track.title)
    return redirect("web:track", track_id=track.pk)
