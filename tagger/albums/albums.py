"""Albums and artists of a library, as the tracks name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Func, Max, Min, Q, QuerySet, Sum, TextField, Value
from django.db.models.functions import Lower

from tagger.library.search import ALBUM_BY, BETWEEN_ARTISTS, by_artist
from tagger.models import Track

# Rows that are dicts.
Grouped = QuerySet[Track, Any]

ORDERINGS = {
    "artist": (Lower("by"), "year", Lower("album")),
    "title": (Lower("album"), Lower("by")),
    "-year": (F("year").desc(nulls_last=True), Lower("by"), Lower("album")),
    "-added": ("-added", Lower("album")),
}


@dataclass(frozen=True)
class Album:
    """What the tracks of one name by one artist have in common."""

    title: str
    artist: str
    tracks: int
    year: int | None = None
    cover_id: int | None = None
    hue: int | None = None
    duration: float | None = None


@dataclass(frozen=True)
class Disc:
    """`number` is None where the files do not say."""

    number: int | None
    tracks: list[Track]


def albums(tracks: QuerySet[Track], ordering: str = "artist", q: str = "") -> Grouped:
    """One row (a dict) an album of these tracks; every word of `q` occurs in title or artist."""
    rows = tracks.order_by().exclude(album="").annotate(by=ALBUM_BY)
    for word in q.split():
        rows = rows.filter(Q(album__icontains=word) | Q(by__icontains=word))
    grouped = rows.values("album", "by").annotate(
        count=Count("pk"),
        year=Min("year"),
        picture=Max("cover"),
        colour=Min("hue"),
        length=Sum("duration"),
        added=Max("created_at"),
    )
    return grouped.order_by(*ORDERINGS[ordering])


def as_albums(rows: Iterable[Any]) -> list[Album]:
    return [
        Album(
            title=row["album"],
            artist=row["by"],
            tracks=row["count"],
            year=row["year"],
            cover_id=row["picture"],
            hue=row["colour"],
            duration=row["length"],
        )
        for row in rows
    ]


def album(tracks: QuerySet[Track], artist: str, title: str) -> Album | None:
    """None where no track is of it."""
    found = as_albums(albums(_of(tracks, artist, title)))
    return found[0] if found else None


def album_tracks(tracks: QuerySet[Track], artist: str, title: str) -> list[Track]:
    """In the order of the record."""
    return list(
        _of(tracks, artist, title).order_by(
            F("disc_number").asc(nulls_first=True),
            F("track_number").asc(nulls_last=True),
            "title",
            "id",
        )
    )


def discs(tracks: list[Track]) -> Iterator[Disc]:
    for number, together in groupby(tracks, key=lambda track: track.disc_number):
        yield Disc(number, list(together))


def artists(tracks: QuerySet[Track], q: str = "") -> Grouped:
    """One row (a dict) an artist: `name`, `count` of tracks. Several of one track count each."""
    each = Func(
        Func(F("artist"), Value(BETWEEN_ARTISTS), function="string_to_array"),
        function="unnest",
        output_field=TextField(),
    )
    named = tracks.order_by().exclude(artist="")
    for word in q.split():
        named = named.filter(artist__icontains=word)
    grouped = named.annotate(name=each).values("name").annotate(count=Count("pk"))
    return grouped.order_by(Lower("name"), "name")


def albums_of(tracks: QuerySet[Track], artist: str) -> list[Album]:
    """By this artist, and those on which the artist can be heard."""
    on = tracks.filter(by_artist(artist)).order_by().exclude(album="").annotate(by=ALBUM_BY)
    pairs = {(row["album"], row["by"]) for row in on.values("album", "by").distinct()}
    if not pairs:
        return []
    whole = albums(tracks.filter(album__in={title for title, _ in pairs}), "-year")
    return [one for one in as_albums(whole) if (one.title, one.artist) in pairs]


def _of(tracks: QuerySet[Track], artist: str, title: str) -> QuerySet[Track]:
    return tracks.filter(album=title).annotate(by=ALBUM_BY).filter(by=artist)
