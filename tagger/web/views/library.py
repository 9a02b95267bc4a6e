from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ...models import Track
from ...queries.facets import facet_groups
from ...queries.library import LibraryFilter, library
from ...queries.rows import rows
from ..access import PageRequest, signed_in
from ..facet_view import chosen, sections
from ..library_query import LibraryQuery
from ..selection import tag_choices
from ..transfers import poll_seconds

PAGE_SIZE = 50
EXPORTS = ("csv", "json", "m3u8")
SORTS = [
    ("-created", _("newest first")),
    ("created", _("oldest first")),
    ("-score", _("best match first")),
    ("title", _("title")),
    ("artist", _("artist")),
    ("duration", _("shortest first")),
    ("-duration", _("longest first")),
]


@require_safe
@signed_in
def library_page(request: PageRequest) -> HttpResponse:
    query = LibraryQuery(request.GET)
    if query.tidy().url != query.url:
        return redirect(query.tidy().url)
    narrowed = LibraryFilter(request.GET, queryset=library(request.user))
    if not narrowed.is_valid():
        return _refused(request, narrowed)
    found = narrowed.qs
    page = Paginator(found, PAGE_SIZE).get_page(query.value("page"))
    listed = rows(page.object_list)
    context = {
        "page": page,
        "rows": listed,
        "poll": poll_seconds(listed),
        "sections": sections(facet_groups(found), query),
        "empty_library": page.paginator.count == 0 and not query.narrows,
        **_controls(query),
    }
    return render(request, "web/library.html", context)


def _controls(query: LibraryQuery) -> dict[str, Any]:
    return {
        "narrows": query.narrows,
        "words": query.value("q"),
        "least": float(query.value("tag_min") or 0),
        "state": query.value("state"),
        "chosen": chosen(query),
        "states": Track.State.choices,
        "facet_hidden": query.hidden("q", "tag_min", "state"),
        "sort_hidden": query.hidden("ordering"),
        "sorts": [sort for sort in SORTS if sort[0] != "-score" or query.values("tag")],
        "ordering": query.value("ordering") or "-created",
        "selection_query": query.unpaged().urlencode(),
        "selectable_tags": tag_choices(),
        "exports": [(suffix.upper(), query.export_url(suffix)) for suffix in EXPORTS],
        "without_score": query.set("tag_min", "").url,
        "without_words": query.set("q", "").url,
        "without_state": query.set("state", "").url,
    }


def _refused(request: PageRequest, narrowed: LibraryFilter) -> HttpResponse:
    """An address somebody edited or kept from before a tag was renamed."""
    return render(request, "web/library_refused.html", {"errors": narrowed.errors}, status=400)
