"""The conditions that stand, in words, each with the address of the list without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tagger.folders.tree import name_of
from tagger.models import Tag, Track
from tagger.models.music_key import MusicKey

from .library_query import LibraryQuery


@dataclass(frozen=True)
class Condition:
    """`way` says what taking it away means."""

    label: str
    remove_url: str
    way: str
    excluded: bool = False


def conditions(query: LibraryQuery) -> list[Condition]:
    return [*_tags(query), *_plain(query)]


def _tags(query: LibraryQuery) -> Iterator[Condition]:
    slugs = [*query.values("tag"), *query.values("exclude_tag")]
    tags = Tag.objects.filter(slug__in=slugs) if slugs else []
    names = {tag.slug: tag.label for tag in tags}
    for slug in query.values("tag"):
        name = names.get(slug, slug)
        yield Condition(name, query.drop("tag", slug).url, _("drop %s") % name)
    for slug in query.values("exclude_tag"):
        name, url = names.get(slug, slug), query.drop("exclude_tag", slug).url
        yield Condition(name, url, _("allow %s") % name, excluded=True)


def _plain(query: LibraryQuery) -> Iterator[Condition]:
    for name, worded in WORDED.items():
        for value in query.values(name):
            label = worded(value)
            yield Condition(label, query.drop(name, value).url, _way(name, label))


def _way(name: str, label: str) -> str:
    match name:
        case "q":
            return _("search without %s") % label
        case "tag_min":
            return _("any score")
        case "strength":
            return _("however sure")
        case "state":
            return _("any state")
    return _("drop %s") % label


def _among(choices: list[tuple[str, Any]]) -> Callable[[str], str]:
    return lambda value: str(dict(choices).get(value, value))


def _several(value: str) -> str:
    return _("selected tracks")


WORDED: dict[str, Callable[[str], str]] = {
    "q": lambda value: _("“%s”") % value,
    "id": _several,
    "area": lambda value: _("a part of the map"),
    "album": lambda value: _("album: %s") % value,
    "album_artist": lambda value: _("albums by %s") % value,
    "artist": lambda value: _("artist: %s") % value,
    "year_min": lambda value: _("from the year %s") % value,
    "year_max": lambda value: _("to the year %s") % value,
    "tag_min": lambda value: f"≥ {float(value) * 100:.0f}\u00a0%",
    "strength": lambda value: _("sure") if value == "sure" else _("likely or sure"),
    "source": lambda value: _("tags by people") if value == "person" else _("tags by the model"),
    "state": _among(Track.State.choices),
    "disputed": lambda value: _("people differ"),
    "missing": lambda value: _("file missing"),
    "folder": lambda value: _("folder: %s") % (name_of(value) or _("gone")),
    "bpm_min": lambda value: _("from %s BPM") % value,
    "bpm_max": lambda value: _("to %s BPM") % value,
    "key": _among(MusicKey.choices),
    "rating_min": lambda value: _("from %s stars") % value,
    "uploaded_after": lambda value: _("uploaded from %s") % value,
    "uploaded_before": lambda value: _("uploaded before %s") % value,
}
