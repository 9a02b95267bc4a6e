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
