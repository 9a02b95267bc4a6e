from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tagger.library.facets import facet_groups, listed_counts
from tagger.library.search import LibraryFilter, library
from tagger.library.similar import similar_tracks
from tagger.models import Track
from tagger.web.access import PageRequest, own_track, signed_in
from tagger.web.alike_query import AlikeQuery
from tagger.web.facet_view import sections
from tagger.web.filter_form import filter_form
from tagger.web.library_query import LibraryQuery

from .library import refused

SHOWN, MANY = 8, 30


@require_safe
@signed_in
def similar_page(request: PageRequest, track_id: UUID) -> HttpResponse:
    """The track's page fetches its list from here, since a large library takes a moment."""
    track = own_track(request, track_id)
    similar = similar_tracks([track], library(request.library), most=SHOWN)
    part = request.htmx and not request.htmx.boosted
    template = "tagger/similar/_similar.html" if part else "tagger/similar/similar.html"
    return render(request, template, {"track": track, "similar": similar})


@require_safe
@signed_in
def alike_page(request: PageRequest) -> HttpResponse:
    """More like these, less like those; the library's own conditions narrow it."""
    query = AlikeQuery(request.GET)
    conditions = query.conditions
    if conditions.tidy().url != conditions.url:
        return redirect(conditions.tidy().url)
    narrowed = LibraryFilter(request.GET, queryset=library(request.library))
    if not query.is_valid:
        return HttpResponseBadRequest("like and unlike: ids of tracks.")
    if not narrowed.is_valid():
        return refused(request, narrowed.errors, conditions)
    like, unlike = _named(request, query.like), _named(request, query.unlike)
    similar = similar_tracks(like, narrowed.qs, most=MANY, unlike=unlike) if like else None
    context = {
        "like": [(track, query.without(track.pk)) for track in like],
        "unlike": [(track, query.without(track.pk)) for track in unlike],
        "similar": similar,
        "rows": [
            (near, query.more(near.track.pk), query.less(near.track.pk))
            for near in (similar.nearest if similar else [])
        ],
        **(_filter(request, narrowed, conditions) if like else {}),
    }
    return render(request, "tagger/similar/alike.html", context)


def _filter(request: PageRequest, narrowed: LibraryFilter, query: LibraryQuery) -> dict[str, Any]:
    counted = listed_counts(request.library, narrowed.qs if query.narrows else None)
    facet_sections = sections(facet_groups(counted), query)
    return filter_form(query, request.library) | {"counted": counted, "sections": facet_sections}


def _named(request: PageRequest, ids: Sequence[UUID]) -> list[Track]:
    """In the order asked for; those that have gone are passed over."""
    by_id = library(request.library).in_bulk(list(ids))
    return [by_id[pk] for pk in ids if pk in by_id]
