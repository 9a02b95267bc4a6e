"""How people come into a library: asked by the name of their account, if they accept."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tagger.models import Invitation, Library, Membership, User

from .manage import MOST, LibraryRefused, account
from .members import Role

# Open ones of one library, so that nobody is invited by list.
MOST_OPEN = 50


def invite(library: Library, name: str, role: Role, *, by: User | None) -> Invitation:
    """The account of this name; an invitation that is open already gets the role."""
    person = account(name)
    with transaction.atomic():
        Library.objects.select_for_update(no_key=True).get(pk=library.pk)
        if library.memberships.filter(person=person).exists():
            raise LibraryRefused(_("%s is a member already.") % person, "account")
        if library.invitations.exclude(person=person).count() >= MOST_OPEN:
            raise LibraryRefused(_("%s invitations are open, which is the most.") % MOST_OPEN)
        return Invitation.objects.update_or_create(
            library=library, person=person, defaults={"role": role, "invited_by": by}
        )[0]


def invitations_of(person: User) -> QuerySet[Invitation]:
    """None while they act by a token that is limited to one library: it leads to no other."""
    asked = Invitation.objects.none() if person.limited_to else Invitation.objects
    return asked.filter(person=person).select_related("library", "invited_by")


def accept(invitation: Invitation) -> Membership:
    """Raises Invitation.DoesNotExist when it was withdrawn meanwhile."""
    with transaction.atomic():
        locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
        if locked.person.memberships.count() >= MOST:
            raise LibraryRefused(_("You are in %s libraries, which is the most.") % MOST)
        membership = Membership.objects.get_or_create(
            library=locked.library, person=locked.person, defaults={"role": locked.role}
        )[0]
        locked.delete()
    return membership


def withdraw(invitation: Invitation) -> None:
    """By a keeper, or declined by whom it is for."""
    invitation.delete()
