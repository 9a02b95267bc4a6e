from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tagger.library import saved_views
from tagger.models import SavedView
from tagger.web.access import PageRequest, signed_in
from tagger.web.library_query import LibraryQuery


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def views_page(request: PageRequest) -> HttpResponse:
    """Where views are renamed and deleted; posting saves the one on the library's page."""
    if request.method != "POST":
        views = [
            (view, _address(view)) for view in saved_views.views_in(request.library, request.user)
        ]
        return render(request, "tagger/library/saved_views.html", {"views": views})
    query = LibraryQuery(QueryDict(request.POST.get("query", ""))).tidy()
    try:
        view = saved_views.save_view(
            request.user, request.library, request.POST.get("name", ""), query.view
        )
    except saved_views.SavedViewError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved: %s") % view.name)
    return redirect(query.url)


@require_POST
@signed_in
def rename_view(request: PageRequest, view_id: UUID) -> HttpResponse:
    try:
        saved_views.change_view(_own(request, view_id), name=request.POST.get("name", ""))
    except SavedView.DoesNotExist:
        raise Http404 from None
    except saved_views.SavedViewError as error:
        messages.error(request, str(error))
    return redirect("web:views")


@require_POST
@signed_in
def delete_view(request: PageRequest, view_id: UUID) -> HttpResponse:
    saved_views.delete_view(_own(request, view_id))
    return redirect("web:views")


def _own(request: PageRequest, view_id: UUID) -> SavedView:
    return get_object_or_404(saved_views.views_of(request.user), pk=view_id)


def _address(view: SavedView) -> str:
    return LibraryQuery(QueryDict(view.query)).url
