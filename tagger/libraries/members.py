"""Who is in which library."""

from __future__ import annotations

from django.db.models import QuerySet

from tagger.models import Library, User


def libraries_of(person: User) -> QuerySet[Library]:
    """Those the person is a member of."""
    return Library.objects.filter(memberships__person=person)
