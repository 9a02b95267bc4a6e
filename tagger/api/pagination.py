from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import BinaryField, QuerySet
from rest_framework.pagination import BasePagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from tagger.platform.http.clean_text import is_clean

from .keyset import Key, beyond, keys_of, ordered, position
from .problems import Problem

# Ours hold two or three values, of which a title is the longest.
LONGEST = 4_000


@dataclass(frozen=True)
class Cursor:
    backward: bool
    keys: list[str]
    values: list[Any]

    def encode(self) -> str:
        # Whole: Django's JSON encoder would cut moments to milliseconds.
        text = json.dumps([self.backward, self.keys, self.values], default=_as_text)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, keys: Sequence[Key]) -> Cursor:
        """Raises Problem unless it is one of ours, made for this very ordering."""
        if len(text) > LONGEST:
            raise bad_parameter("cursor", "This is no cursor that was given out here.")
        try:
            backward, names, raw = json.loads(
                base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            )
        except (binascii.Error, ValueError, TypeError, RecursionError):
            raise bad_parameter("cursor", "This is no cursor that was given out here.") from None
        if names != _names(keys) or not isinstance(raw, list) or len(raw) != len(keys):
            raise bad_parameter("cursor", "This cursor belongs to a list in another order.")
        return cls(bool(backward), names, raw)


class CursorPages(BasePagination):
    """`{next, previous, results}`; the cursors are opaque."""

    default_size = 50
    largest = 100
    parameters: ClassVar = frozenset({"cursor", "page_size"})

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.address = request.build_absolute_uri()
        self.size = self._size(request)
        self.keys = keys_of(queryset)
        self.cursor = self._cursor(request)
        self.rows = self._fetch(queryset)
        return self.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next(), "previous": self._previous(), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        # The example of a list is one that ends with its first page.
        address = {"type": ["string", "null"], "format": "uri", "example": None}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": address, "previous": address, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": self.largest}
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "From `next` or `previous` of another page.",
                "schema": {"type": "string"},
            },
            {"name": "page_size", "in": "query", "schema": size | {"default": self.default_size}},
        ]

    def _size(self, request: Request) -> int:
        wish = request.query_params.get("page_size", str(self.default_size))
        if not (
            wish.isascii() and wish.isdigit() and len(wish) < 9 and 1 <= int(wish) <= self.largest
        ):
            raise bad_parameter(
                "page_size", f"page_size must be a number from 1 to {self.largest}."
            )
        return int(wish)

    def _cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get("cursor")
        return Cursor.decode(text, self.keys) if text else None

    def _fetch(self, queryset: QuerySet[Any]) -> list[Any]:
        """One row more than asked for tells whether there is another page."""
        backward = self.cursor is not None and self.cursor.backward
        rows = ordered(queryset, self.keys, backward=backward)
        if self.cursor:
            rows = rows.filter(beyond(self.keys, _values(rows, self.cursor), backward=backward))
        fetched = list(rows[: self.size + 1])
        self.more = len(fetched) > self.size
        fetched = fetched[: self.size]
        return fetched[::-1] if backward else fetched

    def _next(self) -> str | None:
        known = self.cursor.backward if self.cursor else False
        return self._link(self.rows[-1:], backward=False) if known or self.more else None

    def _previous(self) -> str | None:
        if self.cursor is None or (self.cursor.backward and not self.more):
            return None
        return self._link(self.rows[:1], backward=True)

    def _link(self, row: list[Any], *, backward: bool) -> str | None:
        if not row:
            return None
        cursor = Cursor(backward, _names(self.keys), position(row[0], self.keys))
        return replace_query_param(self.address, "cursor", cursor.encode())


class NumberedPages(PageNumberPagination):
    """For rows that no cursor can name a place among."""

    page_size = 200


def bad_parameter(name: str, detail: str) -> Problem:
    return Problem(
        "invalid", detail, errors=[{"parameter": name, "code": "invalid", "detail": detail}]
    )


def _as_text(value: Any) -> str:
    """As the value's field reads it again."""
    binary = isinstance(value, bytes | memoryview)
    return base64.b64encode(value).decode() if binary else str(value)


def _names(keys: Sequence[Key]) -> list[str]:
    return [f"-{key.name}" if key.descending else key.name for key in keys]


def _values(rows: QuerySet[Any], cursor: Cursor) -> list[Any]:
    """The cursor's values as Python ones; a cursor that was tampered with ends here."""
    names = [name.removeprefix("-") for name in cursor.keys]
    try:
        return [_value(rows, name, raw) for name, raw in zip(names, cursor.values, strict=True)]
    except (ValidationError, TypeError, ValueError, OverflowError):
        raise bad_parameter("cursor", "This is no cursor that was given out here.") from None


def _value(rows: QuerySet[Any], name: str, raw: Any) -> Any:
    if raw is None:
        return None
    computed = rows.query.annotations.get(name)
    field = computed.output_field if computed else rows.model._meta.get_field(name)
    value = field.to_python(raw)
    if isinstance(field, BinaryField) and not isinstance(value, memoryview):
        raise ValueError
    if isinstance(value, str) and not is_clean(value):
        raise ValueError
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError
    if isinstance(value, datetime):
        # One that has no place in Postgres' calendar once it is moved to UTC.
        value.astimezone(UTC)
    return value
