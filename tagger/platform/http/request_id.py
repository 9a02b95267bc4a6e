"""One id for each request: in the answer's header, in problems and in every line of the log."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tagger.platform.log_context import request_context

SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestIdMiddleware:
    """The proxy's id where there is a proxy of ours, else a new one.

    One that a client sends could be made to mislead the log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = _proxys(request) or uuid.uuid4().hex
        with request_context(request_id):
            response = self.get_response(request)
            response["X-Request-ID"] = request_id
            return response


def _proxys(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "")
    return given if settings.PROXIES and SANE.fullmatch(given) else ""
