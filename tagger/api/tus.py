"""The headers of tus 1.0, the protocol of resumable uploads (tus.io)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import UnreadablePostError
from django.utils.http import http_date
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request

from tagger.models import ResumableUpload
from tagger.uploads.resumable import ALGORITHMS, Checksum

from .problems import Problem

VERSION = "1.0.0"
EXTENSIONS = "creation,expiration,checksum,termination"
MEDIA_TYPE = "application/offset+octet-stream"
CHUNK = 2**16
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


def header(name: str, description: str, *, required: bool = True, number: bool = False) -> Any:
    kind: Any = {"type": "integer", "minimum": 0} if number else OpenApiTypes.STR
    return OpenApiParameter(
        name, kind, OpenApiParameter.HEADER, description=description, required=required
    )


TUS_RESUMABLE = OpenApiParameter(
    "Tus-Resumable", OpenApiTypes.STR, OpenApiParameter.HEADER, enum=[VERSION], required=True
)


def need_version(request: Request) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise Problem("tus-version", f"Send the header Tus-Resumable: {VERSION}.")


def need_part(request: Request) -> None:
    if request.content_type != MEDIA_TYPE:
        raise UnsupportedMediaType(request.content_type, f"Send parts as {MEDIA_TYPE}.")


def whole_number(request: Request, name: str) -> int:
    value = request.headers.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise bad_header(name, f"{name} must be a number of bytes.")
    return int(value)


def metadata(request: Request) -> dict[str, str]:
    """`Upload-Metadata`: names, each with its value in base64."""
    fields: dict[str, str] = {}
    for pair in filter(None, request.headers.get("Upload-Metadata", "").split(",")):
        name, _, value = pair.strip().partition(" ")
        try:
            fields[name] = base64.b64decode(value, validate=True).decode()
        except ValueError:
            detail = f"The value of {name} in Upload-Metadata must be UTF-8 in base64."
            raise bad_header("Upload-Metadata", detail) from None
    return fields


def checksum(request: Request) -> Checksum | None:
    value = request.headers.get("Upload-Checksum")
    if value is None:
        return None
    algorithm, _, digest = value.partition(" ")
    if algorithm not in ALGORITHMS:
        known = " or ".join(ALGORITHMS)
        raise bad_header("Upload-Checksum", f"The algorithm must be {known}.")
    try:
        return Checksum(algorithm, base64.b64decode(digest, validate=True))
    except ValueError:
        raise bad_header("Upload-Checksum", "The digest must be in base64.") from None


def body(request: Request) -> Iterator[bytes]:
    """The bytes as they come. A connection that drops ends them early."""
    try:
        while chunk := request._request.read(CHUNK):
            yield chunk
    except UnreadablePostError:
        return


def abilities() -> dict[str, str]:
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(settings.MAX_UPLOAD_BYTES),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def upload_headers(upload: ResumableUpload) -> dict[str, str]:
    return {
        "Upload-Offset": str(upload.offset),
        "Upload-Length": str(upload.length),
        "Upload-Expires": http_date(upload.expires_at.timestamp()),
        "Cache-Control": "no-store",
    }


def bad_header(name: str, detail: str) -> Problem:
    fault = {"header": name, "code": "invalid", "detail": detail}
    return Problem("invalid", detail, errors=[fault])
