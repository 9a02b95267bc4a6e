"""The vocabulary as it is shown: synonyms stand under the tag they are shown as."""

from __future__ import annotations

from django.db.models import QuerySet

from ..models import Tag


def meant_by(tag: Tag) -> set[int]:
    """Ids a person means by this tag: a shown tag stands for its synonyms, a synonym for itself."""
    return {tag.pk, *Tag.objects.filter(shown_as=tag).values_list("pk", flat=True)}


def shown_tags() -> QuerySet[Tag]:
    """One row for each tag that is shown."""
    return Tag.objects.filter(shown_as=None)
