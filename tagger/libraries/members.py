"""Who is in which library, and what they may do there."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tagger.models import Library, Membership, User

Role = Membership.Role


class RoleError(Exception):
    """What is wanted needs another role than the person has; the message says which."""

    def __init__(self, needed: Role) -> None:
        said = (
            _("Only those who keep this library may do that.")
            if needed is Role.KEEPER
            else _("You may listen in this library. Its editors change it.")
        )
        super().__init__(said)


def libraries_of(person: User) -> QuerySet[Library]:
    """Those the person is a member of."""
    return Library.objects.filter(memberships__person=person)


def kept_by(person: User) -> QuerySet[Library]:
    """Those whose keeper the person is."""
    mine = Membership.objects.filter(person=person, role=Role.KEEPER)
    return Library.objects.filter(pk__in=mine.values("library"))


def memberships_of(person: User) -> list[Membership]:
    """The person's own library first, then by name. One query."""
    mine = Membership.objects.filter(person=person).select_related("library")
    return sorted(
        mine,
        key=lambda one: (one.library.personal_of_id != person.pk, one.library.name.lower(), one.pk),
    )


def membership_in(person: User, library: Library | int) -> Membership | None:
    mine = Membership.objects.filter(person=person, library=library)
    return mine.select_related("library").first()


def personal(person: User) -> Membership | None:
    """In the person's own library."""
    mine = Membership.objects.filter(person=person, library__personal_of=person)
    return mine.select_related("library").first()


def need(person: User | None, library: Library, role: Role) -> None:
    """Raises RoleError. Whoever is no member any more may nothing either."""
    membership = membership_in(person, library) if person else None
    if membership is None:
        raise RoleError(role)
    require(membership, role)


def require(membership: Membership, role: Role) -> None:
    """Raises RoleError."""
    if not membership.may(role):
        raise RoleError(role)
