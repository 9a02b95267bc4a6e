"""Albums and artists of a library, as the tracks name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Aggregate, Count, F, Func, Max, Min, QuerySet, Sum, TextField, Value

from tagger.library.search import ALBUM_BY, BETWEEN_ARTISTS, by_artist
from tagger.models import Track
from tagger.platform.collation import folded, sort_key

# Rows that are dicts.
Grouped = QuerySet[Track, Any]

ORDERINGS = {
    "artist": ("by_key", "year", "key"),
    "title": ("key", "by_key"),
    "-year": (F("year").desc(nulls_last=True), "by_key", "key"),
    "-added": ("-added", "key"),
}


class Mode(Aggregate):
    """What most of them have."""

    function = "mode"
    template = "mode() WITHIN GROUP (ORDER BY %(expressions)s)"


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
    for word in folded(q).split():
        rows = rows.filter(album_text__contains=word)
    grouped = rows.values("album", "by").annotate(
        count=Count("pk"),
        year=Min("year"),
        picture=Max("cover"),
        colour=Mode("hue"),
        length=Sum("duration"),
        added=Max("created_at"),
        key=Min("album_key"),
        by_key=Min("album_by_key"),
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
            "title_key",
            "id",
        )
    )


def discs(tracks: list[Track]) -> Iterator[Disc]:
    for number, together in groupby(tracks, key=lambda track: track.disc_number):
        yield Disc(number, list(together))


def artists(tracks: QuerySet[Track], q: str = "") -> list[Any]:
    """One dict an artist: `name`, `count` of tracks. Several of one track count each.

    Names are fewer by far than tracks, so they are folded and put in order here.
    """
    each = Func(
        Func(F("artist"), Value(BETWEEN_ARTISTS), function="string_to_array"),
        function="unnest",
        output_field=TextField(),
    )
    named = tracks.order_by().exclude(artist="").annotate(name=each).values("name")
    words = folded(q).split()
    found = [row for row in named.annotate(count=Count("pk")) if _has(row["name"], words)]
    return sorted(found, key=lambda row: (sort_key(row["name"]), row["name"]))


def _has(name: str, words: list[str]) -> bool:
    text = folded(name) if words else ""
    return all(word in text for word in words)


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
