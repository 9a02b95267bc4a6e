from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tagger.folders import manage, write_back
from tagger.models import Folder, Job, Place
from tagger.platform.humanize import human_duration
from tagger.web.access import PageRequest, signed_in

FILES_A_PAGE = 100
# What may be written, as a person calls it.
FIELDS = [
    ("genre", gettext_lazy("Genre")),
    ("mood", gettext_lazy("Mood")),
    ("grouping", gettext_lazy("Grouping: every tag, in one text")),
    ("comment", gettext_lazy("Comment: every tag, in place of the comment")),
    ("tonemark", gettext_lazy("Every tag, in a field of its own (TONEMARK_TAGS)")),
    ("bpm", gettext_lazy("Tempo (BPM)")),
    ("key", gettext_lazy("Initial key")),
]
# Seconds between two looks at a scan that runs.
POLL = 2


@dataclass(frozen=True)
class Shown:
    """A folder, how many of its files are in each state, and the scan that is under way."""

    folder: Folder
    counts: dict[str, int]
    scan: Job | None

    @property
    def speed(self) -> float | None:
        """Files a second since the scan began."""
        if self.scan is None or self.scan.started_at is None:
            return None
        seconds = (timezone.now() - self.scan.started_at).total_seconds()
        return self.scan.done / seconds if seconds >= 1 and self.scan.done else None

    @property
    def time_left(self) -> str | None:
        if self.scan is None or not self.speed or not self.scan.total:
            return None
        return human_duration(max(0.0, self.scan.total - self.scan.done) / self.speed)


def shown(folder: Folder) -> Shown:
    return Shown(
        folder, manage.counts(folder), manage.open_scans(folder).order_by("created_at").first()
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def folders_page(request: PageRequest) -> HttpResponse:
    """Of the library that is chosen, for its keepers."""
    if not request.membership.may_keep:
        raise Http404
    if request.method == "POST":
        return _add(request)
    listed = [shown(folder) for folder in request.library.folders.all()]
    return render(request, "tagger/folders/folders.html", _context(listed))


def _context(listed: list[Shown]) -> dict[str, Any]:
    return {
        "listed": listed,
        "allowed": [str(root) for root in settings.FOLDERS],
        "every": Folder.Every.choices,
        "usual": Folder.Every.HOUR,
        "poll": POLL if any(one.scan for one in listed) else None,
    }


def _add(request: PageRequest) -> HttpResponse:
    try:
        folder = manage.add_folder(
            request.library,
            request.POST.get("path", "").strip(),
            by=request.user,
            every=_every(request),
        )
    except manage.FolderError as error:
        messages.error(request, error.detail)
        return redirect("web:folders")
    manage.request_scan(folder, by=request.user, trigger=Job.Trigger.WEB)
    return redirect("web:folder", folder_id=folder.pk)


def _every(request: PageRequest) -> int:
    asked = request.POST.get("every", "")
    values = {str(value) for value in Folder.Every.values}
    return int(asked) if asked in values else Folder.Every.HOUR


@require_safe
@signed_in
def folder_page(request: PageRequest, folder_id: UUID) -> HttpResponse:
    one = shown(own_folder(request, folder_id))
    state = request.GET.get("state", "")
    state = state if state in (Place.State.MISSING, Place.State.REFUSED, Place.State.NEW) else ""
    places = one.folder.places.select_related("track").order_by("path")
    page = None
    if state:
        page = Paginator(places.filter(state=state), FILES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        **_context([one]),
        "one": one,
        "page": page,
        "state": state,
        "writing": write_back.open_writings(one.folder).first(),
        "last_writing": write_back.last_writing(one.folder),
        "fields": FIELDS,
    }
    return render(request, "tagger/folders/folder.html", context)


@require_POST
@signed_in
def scan(request: PageRequest, folder_id: UUID) -> HttpResponse:
    folder = own_folder(request, folder_id)
    manage.request_scan(folder, by=request.user, trigger=Job.Trigger.WEB)
    return redirect("web:folder", folder_id=folder.pk)


@require_POST
@signed_in
def change(request: PageRequest, folder_id: UUID) -> HttpResponse:
    folder = own_folder(request, folder_id)
    manage.change_folder(folder, every=_every(request))
    messages.success(request, _("Saved."))
    return redirect("web:folder", folder_id=folder.pk)


@require_POST
@signed_in
def remove(request: PageRequest, folder_id: UUID) -> HttpResponse:
    folder = own_folder(request, folder_id)
    manage.remove_folder(folder, with_tracks=request.POST.get("tracks") == "trash")
    messages.success(request, _("Taken out: %s. Its files are as they were.") % folder)
    return redirect("web:folders")


@require_POST
@signed_in
def open_for_writing(request: PageRequest, folder_id: UUID) -> HttpResponse:
    folder = own_folder(request, folder_id)
    write_back.open_for_writing(
        folder,
        writable="writable" in request.POST,
        fields=request.POST.getlist("fields"),
        always="always" in request.POST,
        keep_times="keep_times" in request.POST,
        playlists="playlists" in request.POST,
    )
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('web:folder', args=[folder.pk])}#writing")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def write_tags(request: PageRequest, folder_id: UUID) -> HttpResponse:
    """What would change, and doing it."""
    folder = own_folder(request, folder_id)
    if request.method == "POST":
        try:
            write_back.request_writing(folder, by=request.user, trigger=Job.Trigger.WEB)
        except write_back.WriteRefused as refusal:
            messages.error(request, str(refusal))
        return redirect(f"{reverse('web:folder', args=[folder.pk])}#writing")
    context = {
        "folder": folder,
        "changes": write_back.preview(folder) if folder.fields else [],
        "most": write_back.PREVIEWED,
        "labels": dict(FIELDS),
    }
    return render(request, "tagger/folders/write.html", context)


@require_POST
@signed_in
def undo_writing(request: PageRequest, folder_id: UUID) -> HttpResponse:
    folder = own_folder(request, folder_id)
    try:
        write_back.request_undo(folder, by=request.user, trigger=Job.Trigger.WEB)
    except write_back.WriteRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('web:folder', args=[folder.pk])}#writing")


def own_folder(request: PageRequest, folder_id: UUID) -> Folder:
    return get_object_or_404(manage.kept_folders(request.user), pk=folder_id)
