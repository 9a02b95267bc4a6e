"""What is answered to an error that no view has caught: a problem of the API, or a page."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from tagger.api.problems import problem_response
from tagger.platform.outages import outage
from tagger.web.views.errors import error_page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django calls it for what was refused before a view was reached."""
    if request.path.startswith("/api/"):
        return problem_response("malformed", request.path)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the error."""
    slug = outage(sys.exception())
    if request.path.startswith("/api/"):
        return problem_response(slug or "internal", request.path)
    return error_page(slug)
