"""The address a request came from, as far as our own proxies can be believed."""

from __future__ import annotations

from django.http import HttpRequest
from rest_framework.throttling import BaseThrottle


def client_address(request: HttpRequest) -> str:
    """With TONEMARK_PROXIES=n, what the n-th proxy from here saw; without, who connected."""
    return BaseThrottle().get_ident(request) or ""  # type: ignore[arg-type]
