"""What is answered to an error that nobody caught: a page, or a problem for the API."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from tagger.api.problems import RETRY_SECONDS, problem_response
from tagger.platform.outages import STORAGE_FULL, UNAVAILABLE, outage

_PAGES = {UNAVAILABLE: ("503.html", 503), STORAGE_FULL: ("507.html", 507)}


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the error."""
    slug = outage(sys.exception())
    if request.path.startswith("/api/"):
        return problem_response(slug or "internal", request.path)
    template, status = _PAGES.get(slug or "", ("500.html", 500))
    # Without the request: who is signed in stands in the database.
    response = HttpResponse(render_to_string(template), status=status)
    if slug == UNAVAILABLE:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response
