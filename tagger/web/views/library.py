from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tagger.library.facets import facet_groups, listed_counts
from tagger.library.rows import rows
from tagger.library.saved_views import saved_views
from tagger.library.search import LibraryFilter, library
from tagger.web.access import PageRequest, signed_in
from tagger.web.facet_view import sections
from tagger.web.filter_form import filter_form
from tagger.web.library_query import LibraryQuery
from tagger.web.list_look import track_list
from tagger.web.numbered import Numbered
from tagger.web.transfers import poll_seconds

PAGE_SIZE = 50
EXPORTS = {"csv": "CSV", "json": "JSON", "m3u8": "M3U8", "xml": "Rekordbox"}
SORTS = [
    ("-created", _("newest first")),
    ("created", _("oldest first")),
    ("-score", _("best match first")),
    ("title", _("title")),
    ("artist", _("artist")),
    ("album", _("album")),
    ("-year", _("newest release first")),
    ("year", _("oldest release first")),
    ("duration", _("shortest first")),
    ("-duration", _("longest first")),
    ("bpm", _("slowest first")),
    ("-bpm", _("fastest first")),
    ("key", _("by key")),
    ("-rating", _("best rated first")),
]


@require_safe
@signed_in
def library_page(request: PageRequest) -> HttpResponse:
    query = LibraryQuery(request.GET)
    if query.tidy().url != query.url:
        return redirect(query.tidy().url)
    narrowed = LibraryFilter(request.GET, queryset=library(request.library))
    if not narrowed.is_valid():
        return refused(request, narrowed.errors, query)
    tracks = narrowed.qs
    counted = listed_counts(request.library, tracks if query.narrows else None)
    page = Numbered(tracks, PAGE_SIZE, counted.tracks).get_page(query.value("page"))
    listed = rows(page.object_list)
    context = {
        "page": page,
        "rows": listed,
        "poll": poll_seconds(listed),
        "counted": counted,
        "sections": sections(facet_groups(counted), query),
        "empty_library": counted.tracks == 0 and not query.narrows,
        **track_list(request, query, listed),
        **_controls(request, query),
    }
    return render(request, "tagger/library/library.html", context)


def _controls(request: PageRequest, query: LibraryQuery) -> dict[str, Any]:
    return {
        **filter_form(query, request.library),
        "sort_hidden": query.hidden("ordering"),
        "sorts": [sort for sort in SORTS if sort[0] != "-score" or query.values("tag")],
        "ordering": query.value("ordering") or "-created",
        "saved_views": saved_views(request.user, request.library, query.view),
        "view": query.view,
        "exports": [
            (label, query.export_url(suffix, request.library)) for suffix, label in EXPORTS.items()
        ],
    }


def refused(request: PageRequest, errors: Any, query: LibraryQuery) -> HttpResponse:
    """An address somebody edited or kept from before a tag was renamed."""
    context = {"errors": errors, "clear_url": query.cleared.url}
    return render(request, "tagger/library/refused.html", context, status=400)
