"""`manage.py libraries`: by the same functions, and in the same words, as the page."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tagger.libraries.manage import make_library
from tagger.libraries.members import membership_in
from tagger.models import Invitation, Library, Membership, User
from tests.web import rows

pytestmark = pytest.mark.django_db
Role = Membership.Role


def libraries(*words: str) -> str:
    out = StringIO()
    call_command("libraries", *words, stdout=out)
    return out.getvalue()


def role_of(person: User, library: Library) -> str | None:
    member = membership_in(person, library)
    return member.role if member else None


def test_a_library_is_made_renamed_and_deleted(owner: User) -> None:
    libraries("create", "Station archive", "--keeper", "owner")
    made = Library.objects.get(name="Station archive")
    assert role_of(owner, made) == Role.KEEPER
    libraries("rename", "Station archive", "Archive")
    rows.track(owner, library=made)
    assert f"{made.pk}: Archive, 1 tracks, kept by owner" in libraries("list")
    assert f"{owner.personal_library.pk}: owner (an account's own), 0 tracks" in libraries("list")
    with pytest.raises(CommandError, match="still holds tracks"):
        libraries("delete", "Archive")
    made.tracks.all().delete()
    libraries("delete", str(made.pk))
    assert not Library.objects.filter(pk=made.pk).exists()


def test_members_come_change_and_go(owner: User, outsider: User) -> None:
    made = make_library(owner, "Station archive")
    libraries("invite", "Station archive", "outsider", "--role", "editor")
    assert "outsider: editor (invited)" in libraries("members", "list", "Station archive")
    libraries("members", "add", "Station archive", "outsider")
    assert role_of(outsider, made) == Role.LISTENER
    assert not Invitation.objects.exists(), "who is in is not asked any more"
    libraries("members", "role", "Station archive", "outsider", "keeper")
    assert role_of(outsider, made) == Role.KEEPER
    libraries("members", "remove", "Station archive", "outsider")
    assert role_of(outsider, made) is None
    assert libraries("members", "list", "Station archive") == "owner: keeper\n"


def test_what_cannot_be_is_refused_with_a_sentence(owner: User, outsider: User) -> None:
    make_library(owner, "Station archive")
    for words, said in (
        (("create", " ", "--keeper", "owner"), "needs a name"),
        (("create", "Other", "--keeper", "nobody"), "no account of this name"),
        (("rename", "Elsewhere", "Other"), "no library named Elsewhere"),
        (("members", "remove", "Station archive", "owner"), "Somebody has to keep"),
        (("members", "remove", "Station archive", "outsider"), "is no member of"),
        (("members", "add", "Station archive", "owner"), "is a member already"),
        (("delete", "owner"), "belongs to an account"),
    ):
        with pytest.raises(CommandError, match=said):
            libraries(*words)


def test_of_two_with_one_name_the_number_says_which(owner: User) -> None:
    first, second = (make_library(owner, "Twice") for _ in range(2))
    with pytest.raises(CommandError, match=f"number: {first.pk}, {second.pk}"):
        libraries("rename", "Twice", "Once")
    libraries("rename", str(second.pk), "Once")
    assert set(Library.objects.filter(name="Once")) == {second}
