"""Facets of the library with the addresses their links lead to."""

from __future__ import annotations

from dataclasses import dataclass

from ..models import Tag
from ..queries.facets import FacetGroup
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


@dataclass(frozen=True)
class Chosen:
    """A condition that stands, and the address without it."""

    label: str
    excluded: bool
    remove_url: str


def sections(groups: list[FacetGroup], query: LibraryQuery) -> list[FacetSection]:
    """The tags not chosen yet; those that are stand above the list, where they can be removed."""
    taken = {*query.values("tag"), *query.values("exclude_tag")}
    found = [
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
    return [section for section in found if section.links]


def chosen(query: LibraryQuery) -> list[Chosen]:
    tags = [*query.values("tag"), *query.values("exclude_tag")]
    names = dict(Tag.objects.filter(slug__in=tags).values_list("slug", "name")) if tags else {}
    return [
        Chosen(names.get(slug, slug), name == "exclude_tag", query.drop(name, slug).url)
        for name in ("tag", "exclude_tag")
        for slug in query.values(name)
    ]
