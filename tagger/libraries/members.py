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
    return Library.objects.filter(pk__in=_memberships(person).values("library"))


def kept_by(person: User) -> QuerySet[Library]:
    """Those whose keeper the person is."""
    mine = _memberships(person).filter(role=Role.KEEPER)
    return Library.objects.filter(pk__in=mine.values("library"))


def memberships_of(person: User) -> list[Membership]:
    """The person's own library first, then by name. One query."""
    return sorted(
        _memberships(person).select_related("library"),
        key=lambda one: (one.library.personal_of_id != person.pk, one.library.name.lower(), one.pk),
    )


def membership_in(person: User, library: Library | int) -> Membership | None:
    return _memberships(person).filter(library=library).select_related("library").first()


def usual(person: User) -> Membership | None:
    """In the library that is meant where none is named: the person's own, or the only one in which
    a token may act for them."""
    mine = _memberships(person).select_related("library")
    return mine.first() if person.limited_to else mine.filter(library__personal_of=person).first()


def _memberships(person: User) -> QuerySet[Membership]:
    return person.within_limit(Membership.objects.filter(person=person))


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
