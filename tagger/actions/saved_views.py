"""Queries of the library that a person keeps under a name."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.http import QueryDict

from ..models import SavedView, User
from ..queries.library import LibraryFilter, library


class SavedViewError(Exception):
    """It cannot be kept like this; the message says why."""


def save_view(owner: User, name: str, query: str) -> SavedView:
    """Under a name that is taken, the new query takes the place of the old one."""
    if not LibraryFilter(QueryDict(query), queryset=library(owner)).is_valid():
        raise SavedViewError("This address asks for something the library does not have.")
    view, _made = SavedView.objects.update_or_create(
        owner=owner, name=_checked(name), defaults={"query": query}
    )
    return view


def rename_view(view: SavedView, name: str) -> None:
    checked = _checked(name)
    try:
        with transaction.atomic():
            SavedView.objects.filter(pk=view.pk).update(name=checked)
    except IntegrityError:
        raise SavedViewError(f"There is a view “{checked}” already. Choose another name.") from None


def delete_view(view: SavedView) -> None:
    view.delete()


def _checked(name: str) -> str:
    checked = " ".join(name.split())
    if not checked or len(checked) > 80:
        raise SavedViewError("A view needs a name of 1 to 80 letters.")
    return checked
