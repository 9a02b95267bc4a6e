"""Facets of the library with the addresses their links lead to."""

from __future__ import annotations

from dataclasses import dataclass

from tagger.library.facets import FacetGroup
from tagger.models import Tag

from .library_query import LibraryQuery


@dataclass(frozen=True)
class FacetLink:
    tag: Tag
    count: int
    include_url: str
    exclude_url: str


@dataclass(frozen=True)
class FacetSection:
    label: str
    links: list[FacetLink]


def sections(groups: list[FacetGroup], query: LibraryQuery) -> list[FacetSection]:
    """The tags not chosen yet; those that are stand above the list, where they can be removed."""
    taken = {*query.values("tag"), *query.values("exclude_tag")}
    grouped = [
        FacetSection(
            group.label,
            [
                FacetLink(
                    facet.tag,
                    facet.count,
                    query.add("tag", facet.tag.slug).url,
                    query.add("exclude_tag", facet.tag.slug).url,
                )
                for facet in group.facets
                if facet.tag.slug not in taken
            ],
        )
        for group in groups
    ]
    return [section for section in grouped if section.links]
