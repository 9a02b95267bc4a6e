from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ...queries.library import library
from ...queries.similar import similar_tracks
from ..access import PageRequest, own_track, signed_in

SHOWN = 8


@require_safe
@signed_in
def similar_page(request: PageRequest, track_id: UUID) -> HttpResponse:
    """The track's page fetches its list from here, since a large library takes a moment."""
    track = own_track(request, track_id)
    found = similar_tracks(track, library(request.user), most=SHOWN)
    part = request.htmx and not request.htmx.boosted
    template = "web/_similar.html" if part else "web/similar.html"
    return render(request, template, {"track": track, "similar": found})
