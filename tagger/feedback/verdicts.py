"""A person's word on a tag: given, changed, withdrawn. It beats every model until withdrawn."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from tagger.models import Tag, Track, User, Verdict, Webhook
from tagger.tags.effective import rebuild_effective_tags
from tagger.webhooks.events import announce

from .disputes import ask_about_disputes


def give_verdict(
    person: User, track: Track, tag: Tag, answer: Verdict.Answer, at: datetime | None = None
) -> Verdict:
    """Set this person's verdict. Giving the same one again changes nothing.

    Words that were one act bear one moment. Raises Track.DoesNotExist.
    """
    with transaction.atomic():
        Track.objects.select_for_update(no_key=True).only("pk").get(pk=track.pk)
        existing = _current(person, track, tag)
        if existing and existing.answer == answer:
            return existing
        _withdraw(existing, at or timezone.now())
        verdict = Verdict.objects.create(
            person=person, track=track, tag=tag, answer=answer, given_at=at or timezone.now()
        )
        rebuild_effective_tags(track)
        ask_about_disputes(track)
        _tell(track, tag, answer)
    return verdict


def withdraw_verdict(person: User, track: Track, tag: Tag, at: datetime | None = None) -> bool:
    """Back to the model's opinion. False when there was nothing to withdraw.

    Raises Track.DoesNotExist.
    """
    with transaction.atomic():
        Track.objects.select_for_update(no_key=True).only("pk").get(pk=track.pk)
        withdrawn = _withdraw(_current(person, track, tag), at or timezone.now())
        if withdrawn:
            rebuild_effective_tags(track)
            ask_about_disputes(track)
            _tell(track, tag, None)
    return withdrawn


def _tell(track: Track, tag: Tag, answer: Verdict.Answer | None) -> None:
    announce(
        track.library_id,
        Webhook.Event.VERDICT_CHANGED,
        track=track.pk,
        tag=tag.slug,
        verdict=answer,
    )


def _current(person: User, track: Track, tag: Tag) -> Verdict | None:
    return Verdict.objects.filter(person=person, track=track, tag=tag, withdrawn_at=None).first()


def _withdraw(verdict: Verdict | None, at: datetime) -> bool:
    if verdict is None:
        return False
    verdict.withdrawn_at = at
    verdict.save(update_fields=["withdrawn_at"])
    return True


def accept_shown(person: User, track: Track, tag: Tag, at: datetime | None = None) -> None:
    """The shown tag is right; an earlier word against one of its synonyms is taken back."""
    now = at or timezone.now()
    with transaction.atomic():
        for synonym in tag.synonyms.all():
            withdraw_verdict(person, track, synonym, now)
        give_verdict(person, track, tag, Verdict.Answer.ACCEPTED, now)


def reject_shown(person: User, track: Track, tag: Tag, at: datetime | None = None) -> None:
    """None of the synonyms may bring the shown tag back."""
    now = at or timezone.now()
    with transaction.atomic():
        for meant in _behind(tag):
            give_verdict(person, track, meant, Verdict.Answer.REJECTED, now)


def withdraw_shown(person: User, track: Track, tag: Tag) -> None:
    """Back to the model's opinion on all of them."""
    now = timezone.now()
    with transaction.atomic():
        for meant in _behind(tag):
            withdraw_verdict(person, track, meant, now)


def said_at(person: User, at: datetime) -> QuerySet[Verdict]:
    """What this person said of many tracks in one act, whose moment is `at`, and still says."""
    return Verdict.objects.filter(person=person, given_at=at, withdrawn_at=None)


def undo_verdicts(person: User, track: Track, at: datetime) -> None:
    """Undo what this person said of the track in that act. What they said before stands again.

    What they have said since stays. Raises Track.DoesNotExist.
    """
    now, said = timezone.now(), Verdict.objects.filter(person=person, track=track)
    with transaction.atomic():
        for verdict in said_at(person, at).filter(track=track).select_related("tag"):
            withdraw_verdict(person, track, verdict.tag, now)
        for before in said.filter(withdrawn_at=at).select_related("tag"):
            if not _current(person, track, before.tag):
                give_verdict(person, track, before.tag, Verdict.Answer(before.answer), now)


def _behind(tag: Tag) -> list[Tag]:
    return [tag, *tag.synonyms.all()]
