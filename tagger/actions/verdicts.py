"""A person's word on a tag: given, changed, withdrawn. It beats every model until withdrawn."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from ..models import Tag, Track, User, Verdict, Webhook
from .effective_tags import rebuild_effective_tags
from .events import announce


def give_verdict(
    person: User, track: Track, tag: Tag, answer: Verdict.Answer, at: datetime | None = None
) -> Verdict:
    """Set this person's verdict. Giving the same one again changes nothing.

    Words that were one act bear one moment. Raises Track.DoesNotExist.
    """
    with transaction.atomic():
        Track.objects.select_for_update(no_key=True).only("pk").get(pk=track.pk)
        standing = _standing(person, track, tag)
        if standing and standing.answer == answer:
            return standing
        _withdraw(standing, at or timezone.now())
        verdict = Verdict.objects.create(
            person=person, track=track, tag=tag, answer=answer, given_at=at or timezone.now()
        )
        rebuild_effective_tags(track)
        _tell(track, tag, answer)
    return verdict


def withdraw_verdict(person: User, track: Track, tag: Tag, at: datetime | None = None) -> bool:
    """Back to the model's opinion. False when there was nothing to withdraw.

    Raises Track.DoesNotExist.
    """
    with transaction.atomic():
        Track.objects.select_for_update(no_key=True).only("pk").get(pk=track.pk)
        withdrawn = _withdraw(_standing(person, track, tag), at or timezone.now())
        if withdrawn:
            rebuild_effective_tags(track)
            _tell(track, tag, None)
    return withdrawn


def _tell(track: Track, tag: Tag, answer: Verdict.Answer | None) -> None:
    announce(
        track.owner_id,
        Webhook.Event.VERDICT_CHANGED,
        track=track.pk,
        tag=tag.slug,
        verdict=answer,
    )


def _standing(person: User, track: Track, tag: Tag) -> Verdict | None:
    return Verdict.objects.filter(person=person, track=track, tag=tag, withdrawn_at=None).first()


def _withdraw(verdict: Verdict | None, at: datetime) -> bool:
    if verdict is None:
        return False
    verdict.withdrawn_at = at
    verdict.save(update_fields=["withdrawn_at"])
    return True
