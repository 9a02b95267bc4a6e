"""Every account has a library of its own, from its first moment on."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from tagger.models import Library, Membership, User


@receiver(post_save, sender=User, dispatch_uid="personal-library")
def make_personal_library(
    sender: type[User], instance: User, created: bool, raw: bool = False, **_: Any
) -> None:
    """However the account is made: by its owner, in the admin, by a command. A restored one brings
    its library along."""
    if created and not raw:
        with transaction.atomic():
            made = Library.objects.create(name=instance.username, personal_of=instance)
            Membership.objects.create(library=made, person=instance, role=Membership.Role.KEEPER)
