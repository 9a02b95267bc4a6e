"""The library in two dimensions: near is alike. Drawn by a worker, coloured by tag."""

from __future__ import annotations

from base64 import b64encode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from tagger.jobs.queries import jobs_in
from tagger.libraries.members import Role
from tagger.library.map import current_map, request_map, unplaced
from tagger.library.map_drawing import map_regions, picture
from tagger.library.rows import rows
from tagger.library.search import LibraryFilter, library
from tagger.models import Job, Tag
from tagger.tags.vocabulary import named
from tagger.web.access import PageRequest, allowed_to, own_track, signed_in
from tagger.web.conditions import conditions
from tagger.web.library_query import LibraryQuery

LISTED = 50
COLOURS = [
    *(
        choice
        for choice in Tag.Group.choices
        if choice[0] not in (Tag.Group.OTHER, Tag.Group.TEMPO)
    ),
    ("bpm", _("BPM")),
    ("year", _("Year")),
]


@require_safe
@signed_in
def map_page(request: PageRequest) -> HttpResponse:
    drawn = current_map(request.library)
    job = jobs_in(request.library, request.user).filter(kind=Job.Kind.DRAW_MAP).first()
    query = LibraryQuery(request.GET)
    context = {
        "drawn": drawn,
        "job": job,
        "drawing": job is not None and job.is_open,
        "unplaced": unplaced(drawn).count() if drawn else 0,
        "colour": _colour(request),
        "colour_tag": _colour_tag(request),
        "colours": COLOURS,
        "chosen": conditions(query) if drawn else [],
        "hidden": query.hidden("colour", "colour_tag"),
        "points": f"{reverse('web:map-points')}?{request.GET.urlencode()}",
        "listed": Paginator(library(request.library), LISTED).page(1) if drawn else [],
    }
    return render(request, "tagger/map/map.html", context)


@require_safe
@signed_in
def map_points_view(request: PageRequest) -> HttpResponse:
    """What the script draws, packed: of a hundred thousand points as text there would be ten MB."""
    drawn = current_map(request.library)
    narrowed = LibraryFilter(request.GET, queryset=library(request.library))
    if drawn is None or not narrowed.is_valid():
        return JsonResponse({"total": 0, "drawn": 0, "tags": []})
    seen = picture(drawn, narrowed.qs, _colour(request), _colour_tag(request))
    body = {
        "total": seen.total,
        "drawn": len(seen.ids),
        "ids": _packed(b"".join(pk.bytes for pk in seen.ids)),
        "places": _packed(seen.places.astype("<i2").tobytes()),
        "colours": _packed(seen.colours.tobytes()),
        "tags": [tag.label for tag in seen.tags],
        "low": seen.low,
        "high": seen.high,
    }
    return JsonResponse(body)


@require_safe
@signed_in
def regions(request: PageRequest) -> HttpResponse:
    """The names of the regions, which the script writes into the map once it is drawn."""
    drawn = current_map(request.library)
    found = map_regions(drawn) if drawn else []
    body = [[region.name, round(region.x, 4), round(region.y, 4)] for region in found]
    return JsonResponse({"regions": body})


@require_safe
@signed_in
def card(request: PageRequest, track_id: UUID) -> HttpResponse:
    """What is shown of the track that one points at."""
    (row,) = rows([own_track(request, track_id)])
    return render(request, "tagger/map/_card.html", {"row": row, "track": row.track})


def _packed(content: bytes) -> str:
    return b64encode(content).decode("ascii")


@require_POST
@signed_in
@allowed_to(Role.EDITOR)
def draw(request: PageRequest) -> HttpResponse:
    request_map(request.library, by=request.user, trigger=Job.Trigger.WEB)
    return redirect("web:map")


def _colour(request: PageRequest) -> str:
    wish = request.GET.get("colour", "")
    return wish if wish in dict(COLOURS) else Tag.Group.GENRE.value


def _colour_tag(request: PageRequest) -> Tag | None:
    """A tag that was typed, by its name."""
    word = request.GET.get("colour_tag", "").strip()
    return named([word]).get(word) if word else None
