from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ...models import Track
from ...models.music_key import MusicKey
from ...queries.facets import facet_groups
from ...queries.library import LibraryFilter, library
from ...queries.rows import rows
from ...queries.saved_views import saved_views
from ..access import PageRequest, signed_in
from ..conditions import conditions
from ..facet_view import sections
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
    ("bpm", _("slowest first")),
    ("-bpm", _("fastest first")),
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
        **_controls(request, query),
    }
    return render(request, "web/library.html", context)


FIELDS = (
    *("q", "tag_min", "tag_mode", "source", "bpm_min", "bpm_max", "key", "key_mode"),
    *("uploaded_after", "uploaded_before", "state"),
)
MORE = ("source", "bpm_min", "bpm_max", "key", "uploaded_after", "uploaded_before", "state")


def _controls(request: PageRequest, query: LibraryQuery) -> dict[str, Any]:
    return {
        **{name: query.value(name) for name in FIELDS},
        "narrows": query.narrows,
        "least": float(query.value("tag_min") or 0),
        "tags_chosen": len(query.values("tag")),
        "more_conditions": any(query.value(name) for name in MORE),
        "chosen": conditions(query),
        "states": Track.State.choices,
        "keys": MusicKey.choices,
        "facet_hidden": query.hidden(*FIELDS),
        "sort_hidden": query.hidden("ordering"),
        "sorts": [sort for sort in SORTS if sort[0] != "-score" or query.values("tag")],
        "ordering": query.value("ordering") or "-created",
        "saved_views": saved_views(request.user, query.view),
        "view": query.view,
        "selection_query": query.unpaged().urlencode(),
        "selectable_tags": tag_choices(),
        "exports": [(suffix.upper(), query.export_url(suffix)) for suffix in EXPORTS],
    }


def _refused(request: PageRequest, narrowed: LibraryFilter) -> HttpResponse:
    """An address somebody edited or kept from before a tag was renamed."""
    return render(request, "web/library_refused.html", {"errors": narrowed.errors}, status=400)
