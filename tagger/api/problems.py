"""Every error of the API as problem details (RFC 9457, application/problem+json)."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, JsonResponse
from django.urls import reverse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from tagger.libraries.members import RoleError
from tagger.models import Track
from tagger.platform.log_context import current_request_id
from tagger.platform.outages import RETRY_SECONDS, STORAGE_FULL, UNAVAILABLE, outage

from .problem_types import PROBLEM_TYPES

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

_SLUGS: tuple[tuple[type[Exception], str], ...] = (
    (exceptions.ValidationError, "invalid"),
    (exceptions.ParseError, "malformed"),
    (exceptions.AuthenticationFailed, "invalid-token"),
    (exceptions.NotAuthenticated, "not-authenticated"),
    (exceptions.PermissionDenied, "forbidden"),
    (PermissionDenied, "forbidden"),
    (RoleError, "forbidden"),
    (exceptions.NotFound, "not-found"),
    (Http404, "not-found"),
    # Deleted between the look and the act.
    (Track.DoesNotExist, "not-found"),
    (exceptions.MethodNotAllowed, "method-not-allowed"),
    (exceptions.UnsupportedMediaType, "unsupported-media-type"),
    (exceptions.Throttled, "throttled"),
    (RequestDataTooBig, "too-large"),
    (SuspiciousOperation, "malformed"),
)


class Problem(exceptions.APIException):
    """Raise it to answer with a problem of the table."""

    def __init__(
        self, slug: str, detail: str, *, errors: Iterable[dict[str, str]] = (), **members: Any
    ) -> None:
        super().__init__(detail, slug)
        self.slug = slug
        self.status_code = PROBLEM_TYPES[slug].status
        self.errors = list(errors)
        self.members = members


def problem_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Django REST framework's exception handler."""
    slug = _slug(error)
    set_rollback()
    if slug in ("internal", UNAVAILABLE, STORAGE_FULL):
        _tell_the_log(error, context)
    return Response(
        _body(slug, error, context["request"].path),
        status=PROBLEM_TYPES[slug].status,
        headers=_headers(slug, error),
        content_type=CONTENT_TYPE,
    )


def problem_response(slug: str, path: str) -> JsonResponse:
    """For what goes wrong before a view of the API is reached."""
    headers = {"Retry-After": str(RETRY_SECONDS)} if slug == UNAVAILABLE else {}
    kind = PROBLEM_TYPES[slug]
    return JsonResponse(
        _body(slug, None, path), status=kind.status, headers=headers, content_type=CONTENT_TYPE
    )


def problem_address(slug: str) -> str:
    return reverse("api:problem", args=[slug])


def _slug(error: Exception) -> str:
    if isinstance(error, Problem):
        return error.slug
    named = next((slug for kind, slug in _SLUGS if isinstance(error, kind)), None)
    return named or outage(error) or "internal"


def _body(slug: str, error: Exception | None, path: str) -> dict[str, Any]:
    kind = PROBLEM_TYPES[slug]
    body: dict[str, Any] = {
        "type": problem_address(slug),
        "title": kind.title,
        "status": kind.status,
        "detail": _detail(error, kind.meaning),
        "instance": path,
        "request_id": current_request_id(),
    }
    errors = _errors(error)
    if errors:
        body["errors"] = errors
    return body | getattr(error, "members", {})


def _detail(error: Exception | None, meaning: str) -> str:
    """The sentence of the error. Exceptions of other kinds may hold secrets: they keep theirs."""
    if isinstance(error, exceptions.ValidationError):
        return " ".join(entry["detail"] for entry in _errors(error)) or meaning
    return str(error.detail) if isinstance(error, exceptions.APIException) else meaning


def _errors(error: Exception | None) -> list[dict[str, str]]:
    if isinstance(error, exceptions.ValidationError):
        return list(_pointers(error.detail, "#"))
    return getattr(error, "errors", [])


def _pointers(detail: Any, pointer: str) -> Iterator[dict[str, str]]:
    """One entry a message, with the JSON pointer (RFC 6901, as a fragment) of its field."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            escaped = str(name).replace("~", "~0").replace("/", "~1")
            yield from _pointers(
                inner, pointer if name == "non_field_errors" else f"{pointer}/{escaped}"
            )
    elif isinstance(detail, list):
        for inner in detail:
            yield from _pointers(inner, pointer)
    else:
        yield {"pointer": pointer, "code": detail.code, "detail": str(detail)}


def _headers(slug: str, error: Exception) -> dict[str, str]:
    headers = {"Retry-After": str(RETRY_SECONDS)} if slug == UNAVAILABLE else {}
    if scheme := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = scheme
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(math.ceil(wait))
    return headers


def _tell_the_log(error: Exception, context: Mapping[str, Any]) -> None:
    """As Django does for an unhandled exception, so that error reporters learn of it too."""
    request = context["request"]._request
    logger.error("unhandled error at %s", request.path, exc_info=error)
    got_request_exception.send(sender=None, request=request)
