"""How much people like a track, in one to five stars. Each has a rating of their own; the track
carries the mean of them, by which lists are sorted and narrowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Avg, Count, Max, Q
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from tagger.models import Rating, Track, User


@dataclass(frozen=True)
class Rated:
    """`stars`: this person's own. `mean`: of all `people` who have rated the track."""

    stars: int | None
    mean: float | None
    people: int


def rate(person: User, track: Track, stars: int | None) -> Rated:
    """Set this person's stars, or with None take them back. Again the same changes nothing.

    Raises Track.DoesNotExist.
    """
    if stars is not None and not 1 <= stars <= Rating.MOST:
        raise ValueError(f"A rating is 1 to {Rating.MOST} stars, not {stars}.")
    with transaction.atomic():
        locked = Track.objects.select_for_update(no_key=True).only("pk").get(pk=track.pk)
        if stars is None:
            Rating.objects.filter(person=person, track=locked).delete()
        else:
            said = {"stars": stars, "given_at": timezone.now()}
            Rating.objects.update_or_create(person=person, track=locked, defaults=said)
        standing = rated(person, locked)
        Track.objects.filter(pk=track.pk).update(rating=standing.mean)
    return standing


def rated(person: User, track: Track) -> Rated:
    """What stands."""
    said = Rating.objects.filter(track=track).aggregate(
        own=Max("stars", filter=Q(person=person)), mean=Avg("stars"), people=Count("pk")
    )
    return Rated(said["own"], said["mean"], said["people"])


def ratings_of(person: User, tracks: Iterable[Track]) -> dict[UUID, int]:
    """This person's stars by track, of those that have some."""
    own = Rating.objects.filter(person=person, track__in=[track.pk for track in tracks])
    return dict(own.values_list("track", "stars"))


def _settle(track: Track) -> None:
    mean = Rating.objects.filter(track=track).aggregate(mean=Avg("stars"))["mean"]
    Track.objects.filter(pk=track.pk).update(rating=mean)


@receiver(pre_delete, sender=User, dispatch_uid="ratings-go-with-accounts")
def forget_ratings(sender: type[User], instance: User, **_: Any) -> None:
    """They go with an account: the means of what others keep follow."""
    said = Rating.objects.filter(person=instance)
    elsewhere = list(said.exclude(track__library__personal_of=instance).values_list("track"))
    transaction.on_commit(partial(_settle_all, [track for (track,) in elsewhere]))


def _settle_all(track_ids: list[UUID]) -> None:
    for track_id in track_ids:
        with transaction.atomic():
            locked = Track.objects.select_for_update(no_key=True).filter(pk=track_id).first()
            if locked:
                _settle(locked)
