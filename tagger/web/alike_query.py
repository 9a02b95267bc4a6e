"""The address of the page of likeness is its query: tracks wanted, tracks not, conditions."""

from __future__ import annotations

from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from .library_query import EXAMPLES, LibraryQuery

# More would not make the direction clearer.
MOST = 50


class AlikeQuery:
    """Immutable; every change is an address."""

    def __init__(self, params: QueryDict) -> None:
        self._params = params
        try:
            self.like, self.unlike = (
                [UUID(value) for value in params.getlist(name)][:MOST] for name in EXAMPLES
            )
            self.is_valid = True
        except ValueError:
            self.like, self.unlike, self.is_valid = [], [], False

    @property
    def conditions(self) -> LibraryQuery:
        """What narrows the library; its addresses keep the examples."""
        return LibraryQuery(self._params, "web:alike")

    def more(self, track_id: UUID) -> str:
        return self._changed("like", track_id)

    def less(self, track_id: UUID) -> str:
        return self._changed("unlike", track_id)

    def without(self, track_id: UUID) -> str:
        return self._changed("", track_id)

    def _changed(self, side: str, track_id: UUID) -> str:
        params = self._params.copy()
        for name in EXAMPLES:
            others = [value for value in params.getlist(name) if value != str(track_id)]
            params.setlist(name, [*others, str(track_id)] if name == side else others)
        return f"{reverse('web:alike')}?{params.urlencode()}"
