"""Facets of the library with the addresses their links lead to."""

from __future__ import annotations

from dataclasses import dataclass

from tagger.library.facets import Facet, FacetGroup
from tagger.models import Tag

from .library_query import LibraryQuery

# Of each group; the others are found by typing.
FIRST = 8
# So few more take no more room than the field to find them by.
FEW = 3


@dataclass(frozen=True)
class FacetLink:
    tag: Tag
    count: int
    include_url: str
    exclude_url: str


@dataclass(frozen=True)
class FacetSection:
    """`more` are found beyond the links."""

    name: str
    label: str
    links: list[FacetLink]
    more: int


def sections(
    groups: list[FacetGroup], query: LibraryQuery, *, most: int = FIRST, name: str = ""
) -> list[FacetSection]:
    """The tags not chosen yet; those that are stand above the list, where they can be removed.

    `name` is the beginning of a tag, or of a word in it.
    """
    taken = {*query.values("tag"), *query.values("exclude_tag")}
    found = [
        (group, [facet for facet in group.facets if _fits(facet.tag, taken, name)])
        for group in groups
    ]
    return [_section(group, facets, query, most) for group, facets in found if facets or name]


def _section(
    group: FacetGroup, facets: list[Facet], query: LibraryQuery, most: int
) -> FacetSection:
    if len(facets) <= most + FEW:
        most = len(facets)
    links = [_link(facet, query) for facet in facets[:most]]
    return FacetSection(group.name, group.label, links, len(facets) - most)


def _fits(tag: Tag, taken: set[str], name: str) -> bool:
    words = tag.label.lower()
    return tag.slug not in taken and (words.startswith(name) or f" {name}" in words)


def _link(facet: Facet, query: LibraryQuery) -> FacetLink:
    return FacetLink(
        facet.tag,
        facet.count,
        query.add("tag", facet.tag.slug).url,
        query.add("exclude_tag", facet.tag.slug).url,
    )
