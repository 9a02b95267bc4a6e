"""Queries of the library that a person keeps under a name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from tagger.libraries.members import libraries_of
from tagger.models import Library, SavedView, Track, User
from tagger.platform.humanize import readable

from .search import LibraryFilter

# They all stand beside the library.
MOST = 100
# What every proxy takes as an address.
LONGEST_QUERY = 2000


class SavedViewError(Exception):
    """It cannot be kept like this; the message says why. `field` names what is at fault, if a
    field is."""

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.field = field


def views_in(library: Library, owner: User) -> QuerySet[SavedView]:
    return SavedView.objects.filter(library=library, owner=owner)


def views_of(owner: User) -> QuerySet[SavedView]:
    """Of whichever library they are in."""
    mine = SavedView.objects.filter(owner=owner, library__in=libraries_of(owner))
    return mine.select_related("owner", "library")


def save_view(owner: User, library: Library, name: str, query: str) -> SavedView:
    """Under a name that is taken, the new query takes the place of the old one."""
    with _one_at_a_time(owner):
        existing = views_in(library, owner).filter(name=_checked_name(name)).first()
        if existing:
            return change_view(existing, query=query)
        return make_view(owner, library, name, query)


def make_view(owner: User, library: Library, name: str, query: str) -> SavedView:
    checked, checked_query = _checked_name(name), _checked_query(query)
    with _one_at_a_time(owner):
        _refuse_taken(views_in(library, owner), checked)
        if owner.saved_views.count() >= MOST:
            raise SavedViewError(
                _("You have %s saved views, which is the most. Delete one first.") % MOST
            )
        return SavedView.objects.create(
            owner=owner, library=library, name=checked, query=checked_query
        )


def change_view(view: SavedView, *, name: str | None = None, query: str | None = None) -> SavedView:
    """Raises SavedView.DoesNotExist when it has been deleted meanwhile."""
    with _one_at_a_time(view.owner):
        changed = SavedView.objects.select_related("owner", "library").get(pk=view.pk)
        if name is not None:
            changed.name = _checked_name(name)
            others = views_in(changed.library, changed.owner).exclude(pk=changed.pk)
            _refuse_taken(others, changed.name)
        if query is not None:
            changed.query = _checked_query(query)
        changed.save(update_fields=["name", "query"])
    return changed


def delete_view(view: SavedView) -> None:
    view.delete()


@contextmanager
def _one_at_a_time(owner: User) -> Iterator[None]:
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        yield


def _refuse_taken(others: QuerySet[SavedView], name: str) -> None:
    if others.filter(name=name).exists():
        raise SavedViewError(_("There is a view “%s” already. Choose another name.") % name)


def _checked_name(name: str) -> str:
    checked = " ".join(name.split())
    if readable(checked) != checked or not 1 <= len(checked) <= 80:
        raise SavedViewError(_("A view needs a name of 1 to 80 letters."), "name")
    return checked


def _checked_query(query: str) -> str:
    """One that the library answers, written as addresses are."""
    if len(query) > LONGEST_QUERY:
        raise SavedViewError(_("A view keeps at most %s letters.") % LONGEST_QUERY, "query")
    asked = QueryDict(query)
    narrowed = LibraryFilter(asked, queryset=Track.objects.none())
    faults = sorted({*(asked.keys() - narrowed.filters.keys()), *narrowed.errors})
    if faults:
        said = _("This address asks for something the library does not have: %s.")
        raise SavedViewError(said % ", ".join(faults), "query")
    return asked.urlencode()


@dataclass(frozen=True)
class ViewLink:
    view: SavedView
    current: bool


def saved_views(owner: User, library: Library, shown: str) -> list[ViewLink]:
    """The person's views of the library by name; `shown` is the query of the list on the page."""
    asked = QueryDict(shown)
    views = views_in(library, owner)
    return [ViewLink(view, QueryDict(view.query) == asked) for view in views]
