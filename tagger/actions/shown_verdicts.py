"""A person's word on a tag as it is shown: it covers all the synonyms that stand behind it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from ..models import Tag, Track, User, Verdict
from .verdicts import give_verdict, withdraw_verdict


def accept_shown(person: User, track: Track, tag: Tag) -> None:
    """The shown tag is right; an earlier word against one of its synonyms is taken back."""
    now = timezone.now()
    with transaction.atomic():
        for synonym in tag.synonyms.all():
            withdraw_verdict(person, track, synonym, now)
        give_verdict(person, track, tag, Verdict.Answer.ACCEPTED, now)


def reject_shown(person: User, track: Track, tag: Tag) -> None:
    """None of the synonyms may bring the shown tag back."""
    now = timezone.now()
    with transaction.atomic():
        for meant in _behind(tag):
            give_verdict(person, track, meant, Verdict.Answer.REJECTED, now)


def withdraw_shown(person: User, track: Track, tag: Tag) -> None:
    """Back to the model's opinion on all of them."""
    now = timezone.now()
    with transaction.atomic():
        for meant in _behind(tag):
            withdraw_verdict(person, track, meant, now)


def _behind(tag: Tag) -> list[Tag]:
    return [tag, *tag.synonyms.all()]
