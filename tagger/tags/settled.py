"""What counts where several people have spoken of one tag of one track, and whether they differ.

A keeper's word counts; without one the majority's; where that is even, the latest. People who
differ are in dispute until those who keep the library have said one thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, F, Max, Min, OuterRef, Q

from tagger.models import Membership, Verdict


class Word(NamedTuple):
    person_id: int
    answer: str


@dataclass(frozen=True)
class Settled:
    """What people's words on one tag of one track come to."""

    answer: str
    disputed: bool


def settle(words: Sequence[Word], keepers: Collection[int]) -> Settled:
    """Of standing words, oldest first, one of each person; `keepers` are people."""
    of_keepers = [word.answer for word in words if word.person_id in keepers]
    heard = of_keepers or [word.answer for word in words]
    counts = Counter(heard)
    most = max(counts.values())
    latest = next(answer for answer in reversed(heard) if counts[answer] == most)
    return Settled(latest, disputed=len(counts) > 1)


def keepers_of(library_ids: Iterable[int]) -> dict[int, set[int]]:
    """By library. One query."""
    found: dict[int, set[int]] = {pk: set() for pk in library_ids}
    keeping = Membership.objects.filter(library__in=found, role=Membership.Role.KEEPER)
    for library, person in keeping.values_list("library", "person"):
        found[library].add(person)
    return found


def disputed_tracks() -> Q:
    """Tracks on whose tags people differ, by the same rule, found inside of Postgres.

    By their shown tags: a word on one is spread over its synonyms.
    """
    keeper = Membership.objects.filter(
        person=OuterRef("person"),
        library=OuterRef("track__library"),
        role=Membership.Role.KEEPER,
    )
    standing = Verdict.objects.filter(withdrawn_at=None, tag__shown_as=None)
    by_tag = standing.order_by().annotate(keeps=Exists(keeper)).values("track", "tag")
    compared = by_tag.annotate(
        first=Min("answer"),
        last=Max("answer"),
        first_of_keepers=Min("answer", filter=Q(keeps=True)),
        last_of_keepers=Max("answer", filter=Q(keeps=True)),
    )
    differ = Q(first_of_keepers=None) & ~Q(first=F("last"))
    keepers_differ = Q(first_of_keepers__isnull=False) & ~Q(first_of_keepers=F("last_of_keepers"))
    return Q(pk__in=compared.filter(differ | keepers_differ).values("track"))
