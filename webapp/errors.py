"""What is answered to an error that nobody caught: a problem of the API, or a page."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse

from tagger.api.problems import problem_response
from tagger.platform.outages import outage
from tagger.web.views.errors import error_page


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while it handles the error."""
    slug = outage(sys.exception())
    if request.path.startswith("/api/"):
        return problem_response(slug or "internal", request.path)
    return error_page(slug)
