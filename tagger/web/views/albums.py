from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from tagger.albums.albums import (
    ORDERINGS,
    album,
    album_tracks,
    albums,
    albums_of,
    artists,
    as_albums,
    discs,
)
from tagger.albums.covers import cover_response, visible_cover
from tagger.library.rows import rows
from tagger.library.search import by_artist, library, tracks_of
from tagger.web.access import PageRequest, signed_in

# Of a wide screen six to a row; a page of them is scrolled through in a few seconds.
ALBUMS_A_PAGE, ARTISTS_A_PAGE = 60, 200
# Of an artist so many tracks stand on the page; the library lists the rest.
LOOSE_TRACKS = 50
SORTS = [
    ("artist", _("artist")),
    ("title", _("title")),
    ("-year", _("newest release first")),
    ("-added", _("added last")),
]


@require_safe
@signed_in
def albums_page(request: PageRequest) -> HttpResponse:
    asked, words = request.GET.get("ordering", ""), request.GET.get("q", "")[:200]
    ordering = asked if asked in ORDERINGS else "artist"
    page = Paginator(albums(library(request.library), ordering, words), ALBUMS_A_PAGE)
    shown = page.get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "albums": as_albums(shown.object_list),
        "sorts": SORTS,
        "ordering": ordering,
        "words": words,
    }
    return render(request, "tagger/albums/albums.html", context)


@require_safe
@signed_in
def album_page(request: PageRequest) -> HttpResponse:
    """Named by its query, since titles hold every sign there is."""
    artist, title = request.GET.get("artist", ""), request.GET.get("album", "")
    found = album(library(request.library), artist, title)
    if found is None:
        raise Http404
    listed = album_tracks(library(request.library), artist, title)
    by_track = {row.track.pk: row for row in rows(listed)}
    context = {
        "album": found,
        "discs": [
            (disc.number, [by_track[track.pk] for track in disc.tracks]) for disc in discs(listed)
        ],
        "several_artists": len({track.artist for track in listed}) > 1,
    }
    return render(request, "tagger/albums/album.html", context)


@require_safe
@signed_in
def artists_page(request: PageRequest) -> HttpResponse:
    words = request.GET.get("q", "")[:200]
    page = Paginator(artists(library(request.library), words), ARTISTS_A_PAGE)
    context = {"page": page.get_page(request.GET.get("page")), "words": words}
    return render(request, "tagger/albums/artists.html", context)


@require_safe
@signed_in
def artist_page(request: PageRequest) -> HttpResponse:
    name = request.GET.get("artist", "")
    heard = library(request.library).filter(by_artist(name))
    count = heard.count() if name else 0
    if not count:
        raise Http404
    loose = heard.filter(album="").order_by("title_key", "id")
    context: dict[str, Any] = {
        "artist": name,
        "count": count,
        "albums": albums_of(library(request.library), name),
        "rows": rows(loose[:LOOSE_TRACKS]),
    }
    return render(request, "tagger/albums/artist.html", context)


@require_safe
@signed_in
def cover(request: PageRequest, cover_id: int, size: str) -> HttpResponseBase:
    found = visible_cover(tracks_of(request.user), cover_id)
    if found is None:
        raise Http404
    try:
        return cover_response(request, found, small=size == "small")
    except FileNotFoundError as error:
        raise Http404 from error
