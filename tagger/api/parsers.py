"""What the API takes in as JSON: bounded in depth, and text that is text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import IO, Any

from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
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
        """Raises ParseError and ValidationError, the problems "malformed" and "invalid"."""
        try:
            body = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise _too_deep() from error
        _check(body, ())
        return body


def _check(value: Any, path: tuple[str, ...]) -> None:
    """Raise ValidationError, which names the place in the body, or ParseError."""
    if isinstance(value, str) and not is_clean(value):
        raise ValidationError(_at(path, "This holds characters that are no text."))
    if not isinstance(value, dict | list):
        return
    if len(path) == MAX_DEPTH:
        raise _too_deep()
    if isinstance(value, dict) and not all(map(is_clean, value)):
        raise ParseError("A name in the body holds characters that are no text.")
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in items:
        _check(inner, (*path, str(name)))


def _at(path: Sequence[str], sentence: str) -> dict[str, Any]:
    """The sentence as an error of the field at `path`, the way serializers report theirs."""
    first, *rest = path or ("non_field_errors",)
    detail: Any = [ErrorDetail(sentence, "null_characters_not_allowed")]
    for name in reversed(rest):
        detail = {name: detail}
    return {first: detail}


def _too_deep() -> ParseError:
    return ParseError(f"The body is nested more than {MAX_DEPTH} levels deep.")
