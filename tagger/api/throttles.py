from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle

from tagger.platform.rate_counter import CounterError, count

if TYPE_CHECKING:
    # At run time a circle: the settings of views name this module.
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)


class SharedThrottle(SimpleRateThrottle):
    """Counts over all processes, from the first request on until its period has gone by."""

    num_requests: Any
    duration: Any
    left = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        key = self.get_cache_key(request, view)
        if key is None:
            return True
        try:
            number, self.left = count(f"tonemark:{key}", self.duration)
        except CounterError as error:
            # An upload is taken in without a broker as well.
            logger.warning("requests are not counted, the broker is away: %s", error)
            return True
        return number <= self.num_requests

    def wait(self) -> float:
        return self.left


class MethodThrottle(SharedThrottle, UserRateThrottle):
    """Counts reads and writes apart; a view may name another scope for its writes.

    The rates are settings: REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"].
    """

    def __init__(self) -> None:
        """The rate is known only with the request."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        writes = getattr(view, "throttle_scope", "write")
        self.scope = "read" if request.method in SAFE_METHODS else writes
        self.rate = self.get_rate()
        self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)


class BadTokenThrottle(SharedThrottle):
    """Counts tokens that are not valid, by the address they come from."""

    scope = "bad-token"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
