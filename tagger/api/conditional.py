"""Conditional requests (RFC 9110 §13): an ETag names exactly one representation.

It is a digest of the answer itself, so nothing that a client can see changes without it.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.cache import get_conditional_response
from django.utils.http import parse_etags, quote_etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from .problems import Problem

ETAG = OpenApiParameter(
    "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200, 304], description="Its state."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag at hand: 304 without a body while it still holds.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag that was read: 412 when somebody has changed it since.",
)


def tagged(request: Request, body: Any, headers: dict[str, str] | None = None) -> Response:
    """The answer with its ETag; 304 without a body when the client holds it already."""
    etag = etag_of(body)
    every = {"ETag": etag, "Cache-Control": "private, no-cache"} | (headers or {})
    if _outcome(request, etag) == 304:
        return Response(status=304, headers=every)
    return Response(body, headers=every)


def refuse_unless_matching(request: Request, body: Any) -> None:
    """Raises the problem `precondition-failed` when `If-Match` names another state than this."""
    if _outcome(request, etag_of(body)) == 412:
        raise Problem("precondition-failed", "It has changed since this ETag was given out.")


def etag_of(body: Any) -> str:
    return quote_etag(hashlib.sha256(JSONRenderer().render(body)).hexdigest()[:32])


def _outcome(request: Request, etag: str) -> int:
    wanted = request.headers.get("If-Match")
    if wanted is not None and not parse_etags(wanted):
        # Django passes over what it cannot read; a write that asked for a guard must not happen.
        return 412
    answer = get_conditional_response(request._request, etag=etag)
    return answer.status_code if answer is not None else 200
