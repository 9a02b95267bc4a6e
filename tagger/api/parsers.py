"""What the API takes in as JSON: bounded in depth, and text that is text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from tagger.platform.http.clean_text import is_clean

# Our deepest body has three levels; what walks through a body level by level ends at some hundreds.
MAX_DEPTH = 20


class BoundedJSONParser(JSONParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Raises ParseError, which is answered as the problem "malformed"."""
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise _too_deep() from error
        _check(body, MAX_DEPTH)
        return body


def _check(value: Any, levels: int) -> None:
    if isinstance(value, str):
        if not is_clean(value):
            raise ParseError("The body holds characters that are no text.")
    elif isinstance(value, dict | list):
        if levels == 0:
            raise _too_deep()
        inner = [*value, *value.values()] if isinstance(value, dict) else value
        for one in inner:
            _check(one, levels - 1)


def _too_deep() -> ParseError:
    return ParseError(f"The body is nested more than {MAX_DEPTH} levels deep.")
