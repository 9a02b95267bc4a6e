"""The library in two dimensions: near is alike. Drawn by a worker, coloured by tag."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from tagger.jobs.queries import jobs_in
from tagger.library.map import MOST_DRAWN, current_map, map_points, request_map, unplaced
from tagger.library.search import LibraryFilter, library
from tagger.models import Job, Tag
from tagger.web.access import PageRequest, signed_in
from tagger.web.conditions import conditions
from tagger.web.library_query import LibraryQuery

LISTED = 50
GROUPS = [choice for choice in Tag.Group.choices if choice[0] != Tag.Group.OTHER]


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
        "group": _group(request),
        "groups": GROUPS,
        "chosen": conditions(query) if drawn else [],
        "hidden": query.hidden("group"),
        "points": f"{reverse('web:map-points')}?{request.GET.urlencode()}",
        "listed": Paginator(library(request.library), LISTED).page(1) if drawn else [],
    }
    return render(request, "tagger/map/map.html", context)


@require_safe
@signed_in
def map_points_view(request: PageRequest) -> HttpResponse:
    """What the script draws: points of a thousandth's precision, each with the place of its tag."""
    drawn = current_map(request.library)
    narrowed = LibraryFilter(request.GET, queryset=library(request.library))
    if drawn is None or not narrowed.is_valid():
        return JsonResponse({"tags": [], "points": [], "total": 0})
    points = map_points(drawn, narrowed.qs, _group(request))
    body = {
        "tags": [tag.label for tag in points.tags],
        "points": [
            [str(pk), title, artist, round(x, 4), round(y, 4), tag]
            for pk, title, artist, x, y, tag in points.points
        ],
        "total": points.total,
        "most": MOST_DRAWN,
    }
    return JsonResponse(body, headers={"Cache-Control": "private, no-store"})


@require_POST
@signed_in
def draw(request: PageRequest) -> HttpResponse:
    request_map(request.library, by=request.user, trigger=Job.Trigger.WEB)
    return redirect("web:map")


def _group(request: PageRequest) -> str:
    wish = request.GET.get("group", "")
    return wish if wish in dict(GROUPS) else Tag.Group.GENRE.value
