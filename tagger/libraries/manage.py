"""What a library's members do to it: made, renamed, left, deleted; roles given and taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils.translation import gettext as _

from tagger.models import ApiToken, Library, Membership, SavedView, User, Webhook
from tagger.platform.humanize import readable

from .members import Role

# They all stand in one menu.
MOST = 100


class LibraryRefused(Exception):
    """It cannot be like this; the message says why. `field` names what is at fault, if one is."""

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.field = field


def make_library(by: User, name: str) -> Library:
    """Its maker keeps it."""
    checked = _checked_name(name)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if by.memberships.count() >= MOST:
            raise LibraryRefused(_("You are in %s libraries, which is the most.") % MOST)
        made = Library.objects.create(name=checked)
        Membership.objects.create(library=made, person=by, role=Role.KEEPER)
    return made


def rename_library(library: Library, name: str) -> None:
    library.name = _checked_name(name)
    library.save(update_fields=["name"])


def delete_library(library: Library) -> None:
    """One that holds nothing, not even in the Trash."""
    with _held(library) as locked:
        if locked.personal_of_id:
            raise LibraryRefused(_("This library belongs to an account and goes with it."))
        if locked.tracks.exists():
            raise LibraryRefused(
                _("It still holds tracks. Delete them, also from the Trash, before the library.")
            )
        locked.delete()


def account(name: str) -> User:
    """The active one of this name. Raises LibraryRefused."""
    person = User.objects.filter(username=name.strip(), is_active=True).first()
    if person is None:
        raise LibraryRefused(_("There is no account of this name."), "account")
    return person


def add_member(library: Library, person: User, role: Role) -> Membership:
    """Without being asked: by whoever runs the installation. An open invitation is settled."""
    with _held(library) as locked:
        if locked.memberships.filter(person=person).exists():
            raise LibraryRefused(_("%s is a member already.") % person, "account")
        if person.memberships.count() >= MOST:
            raise LibraryRefused(
                _("%(who)s is in %(n)s libraries, which is the most.") % {"who": person, "n": MOST}
            )
        locked.invitations.filter(person=person).delete()
        return Membership.objects.create(library=locked, person=person, role=role)


def change_role(membership: Membership, role: Role) -> None:
    """Raises LibraryRefused where nobody would keep the library, Membership.DoesNotExist."""
    with _held(membership.library):
        changed = Membership.objects.get(pk=membership.pk)
        if role != Role.KEEPER:
            _refuse_last_keeper(changed)
        changed.role = role
        changed.save(update_fields=["role"])
    membership.role = role


def end_membership(membership: Membership) -> None:
    """Leave, or be taken out. The person's views of the library go, and their tokens and webhooks
    that are limited to it. Their verdicts stay.

    Raises LibraryRefused where nobody would keep the library, Membership.DoesNotExist.
    """
    with _held(membership.library):
        ended = Membership.objects.get(pk=membership.pk)
        _refuse_last_keeper(ended)
        for limited in (SavedView, Webhook, ApiToken):
            limited.objects.filter(owner=ended.person_id, library=ended.library_id).delete()
        ended.delete()


@contextmanager
def _held(library: Library) -> Iterator[Library]:
    """Of two keepers who leave in one moment, one is the last."""
    with transaction.atomic():
        yield Library.objects.select_for_update(no_key=True).get(pk=library.pk)


def _refuse_last_keeper(membership: Membership) -> None:
    library = membership.library
    if library.personal_of_id == membership.person_id:
        raise LibraryRefused(_("This is their own library: they keep it."))
    keepers = library.memberships.filter(role=Role.KEEPER).exclude(pk=membership.pk)
    if membership.role == Role.KEEPER and not keepers.exists():
        raise LibraryRefused(_("Somebody has to keep the library: give another member that role."))


def _checked_name(name: str) -> str:
    checked = " ".join(name.split())
    if readable(checked) != checked or not 1 <= len(checked) <= 80:
        raise LibraryRefused(_("A library needs a name of 1 to 80 letters."), "name")
    return checked
