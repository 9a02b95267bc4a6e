"""`Idempotency-Key`: a request that is sent again, because its answer was lost, does no harm."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from tagger.accounts import idempotency
from tagger.models import KeptAnswer, User

from .base import ApiView
from .problems import Problem

HEADER = "Idempotency-Key"
LONGEST = 255
# Slugs of what may go wrong with the key itself.
KEY_PROBLEMS = ("invalid", "idempotency-key-in-use", "idempotency-key-reused")
IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": LONGEST},
    OpenApiParameter.HEADER,
    description="Any text of your own, such as a UUID. The same request again, within 24 hours, "
    "is answered as the first one was.",
)

Content = Callable[[Request], Any]
Handler = Callable[..., Response]


def idempotent(content: Content) -> Callable[[Handler], Callable[..., HttpResponse]]:
    """For the handler of a POST that makes something; `content` says what its body asks for.

    Without the header nothing is different.
    """

    def decorate(handler: Handler) -> Callable[..., HttpResponse]:
        @wraps(handler)
        def answered(view: ApiView, request: Request, **named: Any) -> HttpResponse:
            if HEADER not in request.headers:
                return handler(view, request, **named)
            row = _begin(view, request, content)
            if row.status is not None:
                return HttpResponse(row.body, status=row.status, headers=row.headers)
            return _first(row, view, partial(handler, view, request, **named))

        return answered

    return decorate


def form(request: Request) -> Any:
    """The fields of a form and its files' digests, not its framing: each draws a new boundary."""
    return [
        [name, _digest(value) if isinstance(value, UploadedFile) else value]
        for name, values in sorted(cast(QueryDict, request.data).lists())
        for value in values
    ]


def sent(request: Request) -> Any:
    """The JSON of the body."""
    return request.data


def nothing(request: Request) -> Any:
    """The address says it all."""
    return None


def _first(row: KeptAnswer, view: ApiView, handler: Callable[[], Response]) -> Response:
    """Does the work. Refusals are answers too; faults of ours are not, and go on their way."""
    try:
        response = handler()
    except (APIException, Http404) as error:
        response = view.handle_exception(error)
    except BaseException:
        idempotency.release(row)
        raise
    _store_answer(row, response)
    return response


def _begin(view: ApiView, request: Request, content: Content) -> KeptAnswer:
    key = _key(request)
    try:
        return idempotency.begin(view.person, key, _fingerprint(request, content(request)))
    except idempotency.KeyReusedError:
        raise Problem(
            "idempotency-key-reused", "This key was sent with another request. Take a new one."
        ) from None
    except idempotency.KeyInUseError:
        raise Problem(
            "idempotency-key-in-use", "The first request with this key is still worked on."
        ) from None


def _key(request: Request) -> str:
    key: str = request.headers[HEADER]
    if 0 < len(key) <= LONGEST and key.isascii() and key.isprintable():
        return key
    detail = f"{HEADER} must have 1 to {LONGEST} printable ASCII characters."
    fault = {"header": HEADER, "code": "invalid", "detail": detail}
    raise Problem("invalid", detail, errors=[fault])


def _fingerprint(request: Request, content: Any) -> str:
    asked = [request.method, request.get_full_path(), content]
    limit = cast(User, request.user).limited_to
    # What one token has been answered is not told to another that may see less.
    text = json.dumps([*asked, limit] if limit else asked)
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(file: UploadedFile) -> list[str | None]:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return [file.name, digest]


def _store_answer(row: KeptAnswer, response: Response) -> None:
    """What may go otherwise the next time is not kept."""
    if response.status_code in (409, 429) or response.status_code >= 500:
        idempotency.release(row)
        return
    body = JSONRenderer().render(response.data).decode()
    media = response.content_type or JSONRenderer.media_type
    named = {name: response[name] for name in ("Location", "Retry-After") if name in response}
    idempotency.keep(row, response.status_code, {"Content-Type": media} | named, body)
