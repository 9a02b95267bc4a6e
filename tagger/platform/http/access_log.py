"""One line a request: who asked for what, what came of it, how long it took.

Paths without their query: a search is nobody else's business.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from .client_address import client_address

logger = logging.getLogger(__name__)

PROBES = {"/livez", "/readyz", "/metrics"}


class AccessLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        facts = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "milliseconds": round((time.monotonic() - began) * 1000),
            "client": client_address(request),
            "user": _known_user(request),
        }
        level = logging.DEBUG if request.path in PROBES else logging.INFO
        logger.log(level, "%(method)s %(path)s %(status)s %(milliseconds)s ms", facts, extra=facts)
        return response


def _known_user(request: HttpRequest) -> int | None:
    """Whoever was found out on the way; the session is not read for the log alone."""
    person: Any = getattr(request, "_cached_user", None) or getattr(request, "user", None)
    # By its type: isinstance would load a lazy user, which is a query.
    return person.pk if issubclass(type(person), AbstractBaseUser) else None
