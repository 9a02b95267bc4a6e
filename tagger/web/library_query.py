"""The address of the library is its query: this makes the addresses one step away from it."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse

from tagger.models import Library

# Examples of a sound: which tracks are wanted, and which not.
EXAMPLES = ("like", "unlike")
ORDER = ("ordering", "page", "tag_mode", "key_mode")


class LibraryQuery:
    """Immutable. Every change leads back to the first page, except to another page.

    `at` names the page that shows what is found.
    """

    def __init__(self, params: QueryDict, at: str = "web:library") -> None:
        self._params = params
        self._at = at

    def tidy(self) -> LibraryQuery:
        """Without the fields a form sends along empty, so that addresses stay short."""
        params = self._params.copy()
        for name in list(params):
            filled = [value for value in params.getlist(name) if value.strip()]
            params.setlist(name, filled)
        if params.get("tag_min", "").strip("0.") == "":
            params.pop("tag_min", None)
        return self._with(params)

    def values(self, name: str) -> list[str]:
        return self._params.getlist(name)

    def value(self, name: str) -> str:
        return self._params.get(name, "")

    @property
    def narrows(self) -> bool:
        """True when something other than order and page has been asked for."""
        return any(
            value
            for name, values in self._params.lists()
            if name not in (*ORDER, *EXAMPLES)
            for value in values
        )

    @property
    def url(self) -> str:
        query = self._params.urlencode()
        return f"{self.page}{'?' if query else ''}{query}"

    @property
    def page(self) -> str:
        return reverse(self._at)

    @property
    def cleared(self) -> LibraryQuery:
        """Without any condition."""
        params = self._params.copy()
        for name in list(params):
            if name not in EXAMPLES:
                params.pop(name)
        return self._with(params)

    def urlencode(self) -> str:
        return self._params.urlencode()

    @property
    def view(self) -> str:
        """What a saved view keeps; empty for the whole library in its usual order."""
        return self._changed().urlencode()

    def unpaged(self) -> LibraryQuery:
        return self._with(self._changed())

    def export_url(self, suffix: str, library: Library) -> str:
        """Where all that is listed, on every page of it, can be had as a file."""
        params = self._changed()
        params["library"] = str(library.pk)
        return f"{reverse(f'api:export-{suffix}')}?{params.urlencode()}"

    def _with(self, params: QueryDict) -> LibraryQuery:
        return LibraryQuery(params, self._at)

    def _changed(self) -> QueryDict:
        params = self._params.copy()
        params.pop("page", None)
        return params

    def set(self, name: str, value: str) -> LibraryQuery:
        params = self._changed()
        if value:
            params[name] = value
        else:
            params.pop(name, None)
        return self._with(params)

    def drop(self, name: str, value: str) -> LibraryQuery:
        params = self._changed()
        params.setlist(name, [other for other in params.getlist(name) if other != value])
        return self._with(params)

    def add(self, name: str, value: str) -> LibraryQuery:
        params = self._changed()
        if value not in params.getlist(name):
            params.appendlist(name, value)
        return self._with(params)

    def hidden(self, *without: str) -> list[tuple[str, str]]:
        """What a form has to carry along so that it changes only its own fields."""
        return [
            (name, value)
            for name, values in self._params.lists()
            if name not in (*without, "page")
            for value in values
            if value
        ]
