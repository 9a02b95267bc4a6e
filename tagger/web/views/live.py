"""Live state: a page names the tracks it shows as unfinished, and asks again while any is."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from tagger.library.rows import Row
from tagger.models import Job
from tagger.web.access import PageRequest, signed_in
from tagger.web.transfers import poll_seconds, watched_transfers

SHAPES = {"transfer": "tagger/upload/_transfer.html", "state": "tagger/shared/_state.html"}
# Ten pages of rows: more a browser never asks for at once.
MOST = 500


@require_POST
@signed_in
def live(request: PageRequest) -> HttpResponse:
    """Parts to swap in for the tracks that moved; waiting ones look as they did."""
    try:
        ids = [UUID(value) for value in request.POST.getlist("live")[:MOST]]
        last = int(request.POST.get("poll", "0"))
        part = SHAPES[request.POST.get("shape", "state")]
    except (KeyError, ValueError):
        return HttpResponseBadRequest("live: track ids; poll: a number; shape: transfer or state.")
    watched = watched_transfers(request.user, ids)
    context = {
        "moved": [row for row in watched if not _waits(row)],
        "part": part,
        "shape": request.POST.get("shape", "state"),
        "poll": poll_seconds(watched, last),
    }
    response = render(request, "tagger/shared/_live.html", context)
    if any(not (row.job and row.job.is_open) for row in watched) or len(watched) < len(ids):
        trigger_client_event(response, "work-ended")
    return response


def _waits(row: Row) -> bool:
    return row.job is not None and row.job.state == Job.State.QUEUED
