"""The vocabulary as it is shown: synonyms stand under the tag they are shown as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import IntegerField, QuerySet
from django.db.models.functions import Cast, Coalesce

from tagger.models import Tag, TrackTag


def meant_by(tag: Tag) -> set[int]:
    """Ids a person means by this tag: a shown tag stands for its synonyms, a synonym for itself."""
    return {tag.pk, *Tag.objects.filter(shown_as=tag).values_list("pk", flat=True)}


def shown_tags() -> QuerySet[Tag]:
    """One row for each tag that is shown."""
    return Tag.objects.filter(shown_as=None)


def named(words: Iterable[str]) -> dict[str, Tag]:
    """The shown tag of each word that is a slug or a name, also in the language of the reader.

    Capital letters make no difference. One query.
    """
    known: dict[str, Tag] = {}
    for tag in shown_tags():
        known |= {tag.label.lower(): tag, tag.name.lower(): tag, tag.slug: tag}
    found = {word: known.get(word.lower()) for word in words}
    return {word: tag for word, tag in found.items() if tag}


@dataclass(frozen=True)
class TagIds:
    """The id of each tag by its name, and for each id that of the tag it is shown as."""

    by_name: dict[str, int]
    shown: dict[int, int]


def tag_ids() -> TagIds:
    rows = list(Tag.objects.order_by().values_list("name", "pk", "shown_as_id"))
    return TagIds({name: pk for name, pk, _ in rows}, {pk: up or pk for _, pk, up in rows})


def shown_ids_of(rows: QuerySet[TrackTag]) -> ArraySubquery:
    """What `Track.shown_tag_ids` holds: the tags of these rows as they are shown, in order."""
    shown = Cast(Coalesce("tag__shown_as", "tag"), IntegerField())
    return ArraySubquery(rows.annotate(shown=shown).order_by("shown").values("shown").distinct())
