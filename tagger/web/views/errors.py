"""The page that answers an error that nobody caught."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.loader import render_to_string

from tagger.platform.outages import RETRY_SECONDS, STORAGE_FULL, UNAVAILABLE

_PAGES = {UNAVAILABLE: ("503.html", 503), STORAGE_FULL: ("507.html", 507)}


def error_page(outage: str | None) -> HttpResponse:
    """Made without the request: who is signed in stands in the database, which may be away."""
    template, status = _PAGES.get(outage or "", ("500.html", 500))
    response = HttpResponse(render_to_string(template), status=status)
    if outage == UNAVAILABLE:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response
