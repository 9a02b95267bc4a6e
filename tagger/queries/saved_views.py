from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from ..models import SavedView, User


@dataclass(frozen=True)
class ViewLink:
    view: SavedView
    current: bool


def saved_views(owner: User, shown: str) -> list[ViewLink]:
    """The person's views by name; `shown` is the query of the list that is on the page."""
    asked = QueryDict(shown)
    views = SavedView.objects.filter(owner=owner)
    return [ViewLink(view, QueryDict(view.query) == asked) for view in views]
