from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    # At run time a circle: the settings of views name this module.
    from rest_framework.views import APIView


class MethodThrottle(UserRateThrottle):
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


class BadTokenThrottle(SimpleRateThrottle):
    """Counts tokens that are not valid, by the address they come from."""

    scope = "bad-token"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}
