"""The addresses that exist, read off the URL configuration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    name: str  # with its namespaces; empty where it has none
    route: str
    parameters: frozenset[str]


def addresses() -> list[Address]:
    return list(_within(get_resolver(), "", "", frozenset()))


def _within(
    resolver: URLResolver, spaces: str, route: str, parameters: frozenset[str]
) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        here = route + str(entry.pattern)
        known = parameters | set(entry.pattern.regex.groupindex)
        if isinstance(entry, URLPattern):
            yield Address(spaces + entry.name if entry.name else "", here, known)
        else:
            deeper = f"{spaces}{entry.namespace}:" if entry.namespace else spaces
            yield from _within(entry, deeper, here, known)
