"""The border of what requests say: text that neither a person writes nor a database holds.

A NUL or half a character (a lone surrogate) would pass every check of a value's meaning and end in
an error of the database or of the answer's encoding.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, QueryDict

_NO_TEXT = re.compile("[\\x00\\ud800-\\udfff]")
FORM = "application/x-www-form-urlencoded"


def is_clean(text: str) -> bool:
    return _NO_TEXT.search(text) is None


class CleanTextMiddleware:
    """Refuses addresses and forms of pages that hold such text.

    The API names the parameter or the field that holds it: its views and its parser look.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        """Raises BadRequest, which Django answers with the page or problem of its status."""
        if request.path.startswith("/api/"):
            return
        if not all(map(is_clean, _texts(request.GET))):
            raise BadRequest("The address holds characters that are no text.")
        if not all(map(is_clean, _texts(_form(request)))):
            raise BadRequest("The form holds characters that are no text.")


def _form(request: HttpRequest) -> QueryDict:
    """A form with files is looked at only once somebody has taken it in: it may be an upload."""
    taken_in = hasattr(request, "_post")
    return request.POST if taken_in or request.content_type == FORM else QueryDict()


def _texts(query: QueryDict) -> Iterable[str]:
    for name, values in query.lists():
        yield name
        yield from (value for value in values if isinstance(value, str))
