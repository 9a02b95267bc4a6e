"""What people have said of a track's tags, also what they have taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tagger.models import Tag, Track, User, Verdict


@dataclass(frozen=True)
class VerdictEntry:
    """One person's word on one shown tag, at one moment."""

    person: User
    tag: Tag
    answer: str
    given_at: datetime
    withdrawn_at: datetime | None


def verdict_history(track: Track) -> list[VerdictEntry]:
    """Newest first. A word on a shown tag covers its synonyms, and is told once. One query."""
    verdicts = track.verdicts.select_related("person", "tag__shown_as").order_by("-given_at", "-pk")
    return list(dict.fromkeys(_entry(verdict) for verdict in verdicts))


def _entry(verdict: Verdict) -> VerdictEntry:
    return VerdictEntry(
        person=verdict.person,
        tag=verdict.tag.shown,
        answer=verdict.answer,
        given_at=verdict.given_at.replace(microsecond=0),
        withdrawn_at=verdict.withdrawn_at and verdict.withdrawn_at.replace(microsecond=0),
    )


# Words looked through for the tags somebody gave lately: a bulk of one tag is many.
MOST_LOOKED_THROUGH = 300


def recent_tags(person: User, most: int = 8) -> list[str]:
    """The slugs of the shown tags that this person accepted lately, the latest first. One query."""
    accepted = person.verdicts.filter(answer=Verdict.Answer.ACCEPTED, withdrawn_at=None)
    latest = accepted.select_related("tag__shown_as").order_by("-given_at", "-pk")
    slugs = (verdict.tag.shown.slug for verdict in latest[:MOST_LOOKED_THROUGH])
    return list(dict.fromkeys(slugs))[:most]
