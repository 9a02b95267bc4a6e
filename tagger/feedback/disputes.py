"""Tags of which people say different things: asked of those who have not spoken yet."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.db.models.signals import post_delete, post_save, pre_delete
from django.dispatch import receiver

from tagger.models import Analysis, Membership, Question, Tag, Track, User, Verdict
from tagger.tags.effective import active_model, rebuild_effective_tags, settled_verdicts

# Before whatever a model doubts: its priorities stay below ten.
FIRST = 100.0


def ask_about_disputes(track: Track) -> None:
    """Put the questions that people's differing words raise, and take back those settled since.

    Call it with the track locked. None while the active model has not analysed the track: a
    question is asked with the seconds that tell most.
    """
    settled = settled_verdicts(track)
    disputed = {tag_id for tag_id, one in settled.items() if one.disputed}
    Question.objects.filter(track=track, disputed=True).exclude(tag__in=disputed).delete()
    model = active_model() if disputed else None
    if model is None or not Analysis.objects.filter(track=track, model=model).exists():
        return
    for tag in Tag.objects.filter(pk__in=disputed, shown_as=None):
        Question.objects.update_or_create(
            track=track,
            model=model,
            tag=tag,
            defaults={"library_id": track.library_id, "priority": FIRST, "disputed": True},
        )


def ask_about_all(tracks: Sequence[Track]) -> None:
    """The same for many tracks: those on which several people have spoken."""
    several = Verdict.objects.filter(track__in=tracks, withdrawn_at=None).order_by()
    spoken = several.values("track").annotate(people=Count("person", distinct=True))
    contested = set(spoken.filter(people__gt=1).values_list("track", flat=True))
    for track in tracks:
        if track.pk in contested:
            ask_about_disputes(track)


@receiver([post_save, post_delete], sender=Membership, dispatch_uid="settle-again")
def settle_again(sender: type[Membership], instance: Membership, **_: Any) -> None:
    """Whose word counts depends on who keeps the library."""
    transaction.on_commit(partial(_settle_contested, instance.library_id, instance.person_id))


@receiver(pre_delete, sender=User, dispatch_uid="words-go-with-accounts")
def forget_words(sender: type[User], instance: User, **_: Any) -> None:
    """Their words go with an account: what the libraries of others show follows."""
    said = Verdict.objects.filter(person=instance, withdrawn_at=None)
    elsewhere = said.exclude(track__library__personal_of=instance)
    tracks = list(elsewhere.order_by("track").values_list("track", flat=True).distinct())
    transaction.on_commit(partial(_settle, tracks))


def _settle_contested(library_id: int, person_id: int) -> None:
    """Where this person and another differ."""
    other = Verdict.objects.filter(track=OuterRef("track"), tag=OuterRef("tag"), withdrawn_at=None)
    differing = other.exclude(answer=OuterRef("answer"))
    contested = Verdict.objects.filter(
        Exists(differing), person=person_id, track__library=library_id, withdrawn_at=None
    )
    _settle(list(contested.order_by("track").values_list("track", flat=True).distinct()))


def _settle(track_ids: list[UUID]) -> None:
    for track_id in track_ids:
        settle_track(track_id)


def settle_track(track_id: UUID) -> None:
    """What its tags are by the words of those who keep its library now."""
    with transaction.atomic():
        locked = Track.objects.select_for_update(no_key=True).filter(pk=track_id).first()
        if locked:
            rebuild_effective_tags(locked)
            ask_about_disputes(locked)
