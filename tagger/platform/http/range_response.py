"""Serves a stored file in parts (RFC 9110 §14), so that a player can seek.

Django's own FileResponse answers every Range with the whole file. One range a request is served;
several at once are answered with the whole file, which the RFC allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files import File
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import parse_etags

CHUNK = 2**16
_RANGE = re.compile(r"bytes=[ \t]*(\d*)-(\d*)[ \t]*", re.ASCII | re.IGNORECASE)


class RangeNotSatisfiable(Exception):
    """The range begins behind the end. `size` belongs into `Content-Range: bytes */size`."""

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size} bytes.")
        self.size = size


@dataclass(frozen=True)
class Span:
    """Bytes `first` to `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class _Part:
    """The bytes of a span in chunks. Django closes what it streams once the answer is sent."""

    def __init__(self, content: File[bytes], span: Span) -> None:
        self.content = content
        self.span = span

    def __iter__(self) -> Iterator[bytes]:
        self.content.seek(self.span.first)
        left = self.span.length
        while left > 0 and (chunk := self.content.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk

    def close(self) -> None:
        self.content.close()


def parse_range(header: str, size: int) -> Span | None:
    """The one span asked for; None when the header is to be passed over.

    Raises RangeNotSatisfiable when nothing of the file lies within.
    """
    match = _RANGE.fullmatch(header)
    if match is None or match[0].count("-") != 1 or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = _number(match[2], size)
        if length == 0 or size == 0:
            raise RangeNotSatisfiable(size)
        return Span(size - length, size - 1)
    first, last = _number(match[1], size), _number(match[2] or str(size), size)
    if match[2] and _backwards(match[1], match[2]):
        return None
    if first >= size:
        raise RangeNotSatisfiable(size)
    return Span(first, min(last, size - 1))


def ranged_response(
    request: HttpRequest,
    content: File[bytes],
    *,
    content_type: str,
    disposition: str,
    etag: str,
) -> HttpResponseBase:
    """200, 206 or 304 with private caching; takes the open file over and closes it.

    Raises RangeNotSatisfiable, and then closes the file as well.
    """
    quoted = f'"{etag}"'
    if _is_known(request, quoted):
        content.close()
        return _with_headers(HttpResponse(status=304), quoted)
    size = content.size
    try:
        span = _wanted(request, size, quoted)
    except RangeNotSatisfiable:
        content.close()
        raise
    response = _body(request, content, size, span)
    response["Content-Type"] = content_type
    response["Content-Disposition"] = disposition
    return _with_headers(response, quoted)


def _number(digits: str, size: int) -> int:
    """Bounded by the size before it is converted: a header may hold thousands of digits."""
    plain = digits.lstrip("0") or "0"
    return size if len(plain) > len(str(size)) else min(int(plain), size)


def _backwards(first: str, last: str) -> bool:
    a, b = first.lstrip("0"), last.lstrip("0")
    return (len(b), b) < (len(a), a)


def _is_known(request: HttpRequest, etag: str) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or etag in (candidate.removeprefix("W/") for candidate in known)


def _wanted(request: HttpRequest, size: int, etag: str) -> Span | None:
    header = request.headers.get("Range")
    if header is None or request.headers.get("If-Range", etag) != etag:
        return None
    return parse_range(header, size)


def _body(
    request: HttpRequest, content: File[bytes], size: int, span: Span | None
) -> HttpResponseBase:
    part = span or Span(0, size - 1)
    response: HttpResponseBase
    if request.method == "HEAD":
        content.close()
        response = HttpResponse()
    else:
        response = StreamingHttpResponse(_Part(content, part))
    response["Content-Length"] = str(part.length)
    if span:
        response.status_code = 206
        response["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    return response


def _with_headers(response: HttpResponseBase, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    return response
