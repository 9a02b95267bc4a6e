"""A library as commands name it: by its name, or by its number where several bear one name."""

from __future__ import annotations

from django.core.management.base import CommandError

from tagger.models import Library


def named_library(name: str) -> Library:
    """Raises CommandError."""
    found = list(Library.objects.filter(name=name))
    if not found and name.isascii() and name.isdigit():
        found = list(Library.objects.filter(pk=int(name[:18])))
    if not found:
        raise CommandError(f"There is no library named {name}. See `manage.py libraries list`.")
    if len(found) > 1:
        numbers = ", ".join(str(one.pk) for one in found)
        raise CommandError(f"Several libraries are called {name}. Give a number: {numbers}.")
    return found[0]


def only_library() -> Library:
    """Where none is named. Raises CommandError."""
    found = list(Library.objects.all()[:2])
    if len(found) != 1:
        raise CommandError("Say which library is meant with --library NAME.")
    return found[0]
