"""What the player plays on through, and from where, as data for its script."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBadRequest, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from tagger.library.play_queue import queue_part
from tagger.library.search import LibraryFilter, library
from tagger.models import Tag, Track
from tagger.tags.segment_scores import telling_of
from tagger.web.access import PageRequest, own_track, signed_in

LONGEST_SEED = 32
# A place in a list, which Postgres counts in 63 bits.
MOST_DIGITS = 9
_OWN = ("start", "seed", "page")


@require_safe
@signed_in
def play_queue(request: PageRequest) -> HttpResponse:
    """A part of the list with this query, from the place `start` on; `seed` shuffles it."""
    seed, start = request.GET.get("seed", ""), request.GET.get("start", "0")
    narrowed = LibraryFilter(_filters(request.GET), queryset=library(request.library))
    sound = start.isascii() and start.isdecimal() and len(start) <= MOST_DIGITS
    if not sound or len(seed) > LONGEST_SEED or "\0" in seed or not narrowed.is_valid():
        return HttpResponseBadRequest("The query of a list, start: a number, seed: a short text.")
    part = queue_part(narrowed.qs, int(start), seed)
    body = {"tracks": [entry(track) for track in part.tracks], "after": part.after}
    return JsonResponse(body)


@require_safe
@signed_in
def telling(request: PageRequest, track_id: UUID, slug: str) -> HttpResponse:
    """The track, and the seconds of it that made the model think of the tag."""
    track = own_track(request, track_id)
    seconds = telling_of(track, get_object_or_404(Tag, slug=slug, shown_as=None))
    if seconds is None:
        raise Http404
    start, end = seconds
    return JsonResponse({**entry(track), "from": start, "until": end})


def entry(track: Track) -> dict[str, Any]:
    return {
        "id": str(track.pk),
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "duration": track.duration or 0,
        "loudness": track.loudness,
        "peak": track.true_peak,
        "outlined": track.state == Track.State.TAGGED,
    }


def _filters(sent: QueryDict) -> QueryDict:
    params = sent.copy()
    for name in _OWN:
        params.pop(name, None)
    return params
