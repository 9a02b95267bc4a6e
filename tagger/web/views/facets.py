"""What a list can be narrowed by, as far as it is asked for: tags of one group, folders."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tagger.folders import tree
from tagger.library.facets import facet_groups, listed_counts
from tagger.library.search import LibraryFilter, library
from tagger.web.access import PageRequest, signed_in
from tagger.web.facet_view import sections
from tagger.web.library_query import LibraryQuery

# As many links as a person reads through; with more letters there are fewer.
MOST_FOUND = 60
# They stand in a box of their own, in the order of their names.
MOST_FOLDERS = 1000


@require_safe
@signed_in
def facet_page(request: PageRequest) -> HttpResponse:
    """`group`, and the beginning of a name or of a word in it as `name`; the rest is the list's."""
    params = request.GET.copy()
    group, name = (" ".join(params.pop(key, [])).strip().lower() for key in ("group", "name"))
    query = LibraryQuery(params, "web:alike" if "like" in params else "web:library")
    narrowed = LibraryFilter(params, queryset=library(request.library))
    if not narrowed.is_valid():
        return HttpResponseBadRequest("The query of a list.")
    counted = listed_counts(request.library, narrowed.qs if query.narrows else None)
    groups = [found for found in facet_groups(counted) if found.name == group]
    shown = sections(groups, query, most=MOST_FOUND, name=name)
    context = {"section": shown[0] if shown else None, "searched": name}
    return render(request, "tagger/library/_facet_links.html", context)


@require_safe
@signed_in
def folder_tree(request: PageRequest) -> HttpResponse:
    """The folders below the one that the list is narrowed to, or those of the library."""
    query = LibraryQuery(request.GET, "web:alike" if "like" in request.GET else "web:library")
    narrowed = LibraryFilter(request.GET, queryset=library(request.library))
    if not narrowed.is_valid():
        return HttpResponseBadRequest("The query of a list.")
    within = query.value("folder")
    branches = tree.branches(request.library, narrowed.qs, within)
    context = {
        "links": [
            (branch, query.set("folder", branch.folder).url) for branch in branches[:MOST_FOLDERS]
        ],
        "more": max(0, len(branches) - MOST_FOLDERS),
        "up": query.set("folder", tree.parent(within)).url if within else "",
    }
    return render(request, "tagger/library/_folder_links.html", context)
