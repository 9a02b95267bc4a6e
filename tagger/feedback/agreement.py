"""How far the people of a library agree on a tag, beyond what chance would give.

Cohen's kappa where two people have judged (Cohen 1960: by each one's own share of yes), else
Fleiss' (Fleiss 1971), in its form for any number of judges a track. Over tracks on which at least
two standing verdicts on the tag meet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from uuid import UUID

from django.db.models import Exists, OuterRef

from tagger.models import Library, Tag, Verdict

# From fewer tracks a kappa says next to nothing.
FEWEST = 10
# Enough that the ends of the interval are steady to a hundredth.
RESAMPLES = 400
# By person, on one track: yes or no.
Judged = Mapping[int, bool]


@dataclass(frozen=True)
class Agreement:
    """`kappa` with the ends of its 95 % interval; None while too few tracks have been judged twice,
    or where everybody always says the same word."""

    tag: Tag
    people: int
    tracks: int
    disputed: int
    kappa: float | None
    low: float | None
    high: float | None


def agreement_by_tag(library: Library) -> list[Agreement]:
    """Of the tags on which words of several people meet, those with most tracks first."""
    judged = _judged(library)
    tags = Tag.objects.in_bulk(judged)
    found = [_agreement(tags[pk], list(by_track.values())) for pk, by_track in judged.items()]
    return sorted(found, key=lambda one: (-one.tracks, one.tag.name))


def _judged(library: Library) -> dict[int, dict[UUID, dict[int, bool]]]:
    """By tag, track and person. A shown tag's word is spread over its synonyms: it counts once."""
    standing = Verdict.objects.filter(
        withdrawn_at=None, tag__shown_as=None, track__library=library, track__deleted_at=None
    )
    others = Verdict.objects.filter(
        track=OuterRef("track"), tag=OuterRef("tag"), withdrawn_at=None
    ).exclude(person=OuterRef("person"))
    rows = standing.filter(Exists(others)).values_list("tag", "track", "person", "answer")
    judged: dict[int, dict[UUID, dict[int, bool]]] = defaultdict(lambda: defaultdict(dict))
    for tag, track, person, answer in rows:
        judged[tag][track][person] = answer == Verdict.Answer.ACCEPTED
    return judged


def _agreement(tag: Tag, tracks: list[dict[int, bool]]) -> Agreement:
    people = {person for judged in tracks for person in judged}
    disputed = sum(len(set(judged.values())) > 1 for judged in tracks)
    value = kappa(tracks) if len(tracks) >= FEWEST else None
    low, high = _interval(tracks) if value is not None else (None, None)
    return Agreement(tag, len(people), len(tracks), disputed, value, low, high)


def kappa(tracks: Sequence[Judged]) -> float | None:
    """1: always of one mind; 0: no more often than by chance. None where chance alone would do."""
    people = {person for judged in tracks for person in judged}
    met = sum(_agreeing_pairs(judged) for judged in tracks) / len(tracks)
    by_chance = _cohens_chance(tracks) if len(people) == 2 else _fleiss_chance(tracks)
    return (met - by_chance) / (1 - by_chance) if by_chance < 1 else None


def _agreeing_pairs(judged: Judged) -> float:
    """The share of the pairs of judges who say the same."""
    total, yes = len(judged), sum(judged.values())
    no = total - yes
    return (yes * (yes - 1) + no * (no - 1)) / (total * (total - 1))


def _cohens_chance(tracks: Sequence[Judged]) -> float:
    yes: dict[int, int] = defaultdict(int)
    for judged in tracks:
        for person, answer in judged.items():
            yes[person] += answer
    one, other = (count / len(tracks) for count in yes.values())
    return one * other + (1 - one) * (1 - other)


def _fleiss_chance(tracks: Sequence[Judged]) -> float:
    words = [answer for judged in tracks for answer in judged.values()]
    share = sum(words) / len(words)
    return share**2 + (1 - share) ** 2


def _interval(tracks: Sequence[Judged]) -> tuple[float, float]:
    """By the bootstrap over tracks; the same rows always give the same interval."""
    chance = Random(len(tracks))  # noqa: S311  no secret
    drawn = (kappa(chance.choices(tracks, k=len(tracks))) for _ in range(RESAMPLES))
    values = sorted(value for value in drawn if value is not None)
    last = len(values) - 1
    return values[round(0.025 * last)], values[round(0.975 * last)]
