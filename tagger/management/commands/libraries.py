from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Q

from tagger.libraries import invitations, manage
from tagger.libraries.manage import LibraryRefused
from tagger.libraries.members import Role
from tagger.management.named_library import named_library
from tagger.models import Library, Membership


class Command(BaseCommand):
    help = "Libraries that people share: made, renamed, deleted, and who is in them in which role."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACTION")
        acts.add_parser("list", help="libraries with their numbers, tracks and keepers")
        create = acts.add_parser("create", help="make a library")
        create.add_argument("name", metavar="NAME")
        create.add_argument("--keeper", required=True, metavar="ACCOUNT", help="who keeps it")
        rename = _of_library(acts, "rename", "give a library another name")
        rename.add_argument("name", metavar="NEW-NAME")
        _of_library(acts, "delete", "delete a library that holds nothing, not even in the Trash")
        invite = _of_library(acts, "invite", "ask an account to join; it may accept or decline")
        _of_account(invite)
        _with_role(invite)
        _members(acts.add_parser("members", help="who is in a library: list, add, role, remove"))

    def handle(self, *args: Any, **options: Any) -> None:
        with _refusals():
            act = filter(None, (options["act"], options.get("member_act")))
            getattr(self, f"_{'_'.join(act)}")(options)

    def _list(self, options: dict[str, Any]) -> None:
        counted = Count("tracks", filter=Q(tracks__deleted_at=None))
        for library in Library.objects.annotate(count=counted).order_by("name", "pk"):
            keepers = library.memberships.filter(role=Role.KEEPER).select_related("person")
            kept = ", ".join(str(one.person) for one in keepers)
            own = " (an account's own)" if library.personal_of_id else ""
            self.stdout.write(
                f"{library.pk}: {library}{own}, {library.count} tracks, kept by {kept}"
            )

    def _create(self, options: dict[str, Any]) -> None:
        made = manage.make_library(manage.account(options["keeper"]), options["name"])
        self.stdout.write(f"Made: {made.pk}: {made}")

    def _rename(self, options: dict[str, Any]) -> None:
        library = named_library(options["library"])
        manage.rename_library(library, options["name"])
        self.stdout.write(f"Renamed: {library.pk}: {library}")

    def _delete(self, options: dict[str, Any]) -> None:
        library = named_library(options["library"])
        manage.delete_library(library)
        self.stdout.write(f"Deleted: {library}")

    def _invite(self, options: dict[str, Any]) -> None:
        library = named_library(options["library"])
        asked = invitations.invite(library, options["account"], Role(options["role"]), by=None)
        self.stdout.write(f"Invited: {asked}, as {asked.role}")

    def _members_list(self, options: dict[str, Any]) -> None:
        library = named_library(options["library"])
        for member in library.memberships.select_related("person"):
            self.stdout.write(str(member))
        for asked in library.invitations.select_related("person"):
            self.stdout.write(f"{asked.person}: {asked.role} (invited)")

    def _members_add(self, options: dict[str, Any]) -> None:
        library, person = named_library(options["library"]), manage.account(options["account"])
        self.stdout.write(f"Added: {manage.add_member(library, person, Role(options['role']))}")

    def _members_role(self, options: dict[str, Any]) -> None:
        member = _member(options)
        manage.change_role(member, Role(options["role"]))
        self.stdout.write(f"Changed: {member}")

    def _members_remove(self, options: dict[str, Any]) -> None:
        member = _member(options)
        manage.end_membership(member)
        self.stdout.write(f"Removed: {member.person}")


def _members(parser: ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="member_act", required=True, metavar="list|add|role|remove")
    for name, said in (
        ("list", "members, and who is invited"),
        ("add", "put an account into the library at once"),
        ("role", "give a member another role"),
        ("remove", "take a member out; what they said of tags stays"),
    ):
        act = _of_library(acts, name, said)
        if name != "list":
            _of_account(act)
        if name == "add":
            _with_role(act)
        if name == "role":
            act.add_argument("role", choices=Role.values)


def _of_library(acts: Any, name: str, said: str) -> ArgumentParser:
    act: ArgumentParser = acts.add_parser(name, help=said)
    act.add_argument("library", metavar="LIBRARY", help="its name, or its number")
    return act


def _of_account(act: ArgumentParser) -> None:
    act.add_argument("account", metavar="ACCOUNT", help="user name")


def _with_role(act: ArgumentParser) -> None:
    act.add_argument(
        "--role", choices=Role.values, default=Role.LISTENER.value, help="(%(default)s)"
    )


def _member(options: dict[str, Any]) -> Membership:
    library = named_library(options["library"])
    members = library.memberships.select_related("person", "library")
    member = members.filter(person__username=options["account"]).first()
    if member is None:
        raise CommandError(f"{options['account']} is no member of {library}.")
    return member


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except LibraryRefused as error:
        raise CommandError(str(error)) from error
