from __future__ import annotations

from dataclasses import dataclass

from ..models import SavedView, User


@dataclass(frozen=True)
class ViewLink:
    view: SavedView
    current: bool


def saved_views(owner: User, shown: str) -> list[ViewLink]:
    """The person's views by name; `shown` is the query of the list that is on the page."""
    return [ViewLink(view, view.query == shown) for view in SavedView.objects.filter(owner=owner)]
