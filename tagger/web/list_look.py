"""How a list of tracks looks to this browser: which columns, in which order, how dense.

A cookie keeps it: a phone and a desk want different things of the same person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tagger.feedback.ratings import ratings_of
from tagger.library.rows import Row

from .access import PageRequest
from .library_query import LibraryQuery
from .outlines import outlines

COOKIE = "list"
KEPT_SECONDS = 5 * 365 * 24 * 3600
DENSITIES = {"comfortable": _("comfortable"), "dense": _("dense")}


@dataclass(frozen=True)
class Column:
    """`ordering` is how its header sorts first; empty: it does not sort."""

    name: str
    label: str | Promise
    ordering: str = ""


COLUMNS = {
    column.name: column
    for column in (
        Column("artist", _("Artist"), "artist"),
        Column("album", _("Album"), "album"),
        Column("wave", _("Waveform")),
        Column("tags", _("Tags"), "-tags"),
        Column("bpm", _("BPM"), "bpm"),
        Column("key", _("Key"), "key"),
        Column("camelot", _("Camelot"), "key"),
        Column("year", _("Year"), "year"),
        Column("length", _("Length"), "duration"),
        Column("rating", _("Rating"), "-rating"),
        Column("added", _("Added"), "-created"),
    )
}
TITLE = Column("title", _("Title"), "title")
USUAL = ("wave", "tags", "bpm", "key", "length", "added")


@dataclass(frozen=True)
class Header:
    """A column with where its header leads; `sorted` as ARIA says it, or empty."""

    column: Column
    url: str
    sorted: str

    @property
    def name(self) -> str:
        return self.column.name


@dataclass(frozen=True)
class ListLook:
    density: str = "comfortable"
    columns: tuple[str, ...] = USUAL

    @classmethod
    def of(cls, request: HttpRequest) -> ListLook:
        """What this browser has kept; of what it makes no sense of, the usual."""
        density, _bar, names = request.COOKIES.get(COOKIE, "").partition("!")
        if density not in DENSITIES:
            return cls()
        known = dict.fromkeys(name for name in names.split(".") if name in COLUMNS)
        return cls(density, tuple(known))

    @classmethod
    def chosen(cls, sent: QueryDict) -> ListLook:
        """By a form: all columns in their order, those that are wanted, and one to be moved."""
        order = [name for name in dict.fromkeys(sent.getlist("order")) if name in COLUMNS]
        order += [name for name in COLUMNS if name not in order]
        moved = sent.get("earlier", "")
        if moved in order[1:]:
            place = order.index(moved)
            order[place - 1 : place + 1] = [order[place], order[place - 1]]
        wanted = set(sent.getlist("column"))
        density = sent.get("density", "")
        return cls(
            density if density in DENSITIES else cls.density,
            tuple(name for name in order if name in wanted),
        )

    def keep(self, response: HttpResponse) -> None:
        value = f"{self.density}!{'.'.join(self.columns)}"
        response.set_cookie(COOKIE, value, max_age=KEPT_SECONDS, samesite="Lax", httponly=True)

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """All columns, those that are shown first, in their order."""
        rest = [name for name in COLUMNS if name not in self.columns]
        return [(COLUMNS[name], name in self.columns) for name in (*self.columns, *rest)]

    def headers(self, query: LibraryQuery) -> list[Header]:
        now = query.value("ordering") or "-created"
        shown = [TITLE, *(COLUMNS[name] for name in self.columns)]
        return [_header(column, query, now) for column in shown]


def _header(column: Column, query: LibraryQuery, now: str) -> Header:
    if not column.ordering:
        return Header(column, "", "")
    first, turned = column.ordering, _turned(column.ordering)
    url = query.set("ordering", turned if now == first else first).url
    if now not in (first, turned):
        return Header(column, url, "")
    return Header(column, url, "descending" if now.startswith("-") else "ascending")


def _turned(ordering: str) -> str:
    return ordering[1:] if ordering.startswith("-") else f"-{ordering}"


def track_list(request: PageRequest, query: LibraryQuery, listed: list[Row]) -> dict[str, Any]:
    """Context of tagger/library/_track_list.html. Waveforms and ratings, if shown: a query each."""
    look = ListLook.of(request)
    tracks = [row.track for row in listed]
    drawn = outlines(tracks) if "wave" in look.columns else {}
    rated = ratings_of(request.user, tracks) if "rating" in look.columns else {}
    return {
        "look": look,
        "headers": look.headers(query),
        "densities": DENSITIES.items(),
        "outlines": drawn,
        "own_ratings": rated,
        "selection_query": query.unpaged().urlencode(),
    }
