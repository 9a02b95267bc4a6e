"""Tracks moved from one library to another that one keeps, and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tagger.feedback.verdicts import accept_shown, reject_shown
from tagger.libraries.manage import make_library
from tagger.library.facets import library_counts
from tagger.library.search import library
from tagger.library.tracks import MoveRefused, move_track
from tagger.models import Folder, Job, Library, Membership, Tag, Track, User
from tests.tagger.api.test_errors import problem
from tests.tagger.conftest import token_client
from tests.web import rows

pytestmark = pytest.mark.django_db
BULK = "/api/v1/tracks/bulk/"
Role = Membership.Role


@pytest.fixture
def archive(owner: User) -> Library:
    return make_library(owner, "Station archive")


@pytest.fixture
def songs(owner: User) -> list[Track]:
    return [rows.analysed(rows.track(owner, f"Song {n}"), guitar=0.9) for n in range(3)]


def ask(api: Client, **wish: Any) -> Any:
    return api.post(BULK, wish, "application/json")


def counted(of: Library) -> tuple[int, int]:
    found = library_counts(of)
    return found.tracks, found.by_tag.get(Tag.objects.get(slug="guitar").pk, 0)


def test_tracks_move_with_all_that_is_known_of_them_and_back(
    api: Client, owner: User, archive: Library, songs: list[Track]
) -> None:
    home = owner.personal_library
    accept_shown(owner, songs[0], Tag.objects.get(slug="piano"))
    ids = [str(song.pk) for song in songs[:2]]
    moved = ask(api, action="move", ids=ids, target=archive.pk).json()
    assert moved["result"]["changed"] == 2
    assert set(library(archive)) == set(songs[:2])
    assert (counted(home), counted(archive)) == ((1, 1), (2, 2))
    assert songs[0].verdicts.get().answer == "accepted"
    assert not songs[0].questions.exclude(library=archive).exists()
    assert not Job.objects.filter(track_id__in=ids).exclude(library=archive).exists()
    back = ask(api, action="undo", job=moved["id"]).json()
    assert back["result"]["changed"] == 2
    assert (counted(home), counted(archive)) == ((3, 3), (0, 0))


def test_only_between_libraries_that_one_keeps(
    api: Client, owner: User, outsider: User, archive: Library, songs: list[Track]
) -> None:
    theirs = make_library(outsider, "Theirs")
    membership = Membership.objects.create(library=theirs, person=owner, role=Role.EDITOR)
    for target in (theirs.pk, owner.personal_library.pk, 10**6):
        refused = problem(ask(api, action="move", query="", target=target), 400, "invalid")
        assert refused["errors"][0]["pointer"] == "#/target"
    assert problem(ask(api, action="move", query=""), 400, "invalid")["errors"][0]["code"]
    Membership.objects.create(library=archive, person=outsider, role=Role.EDITOR)
    answer = token_client(outsider).post(
        f"{BULK}?library={archive.pk}",
        {"action": "move", "query": "", "target": outsider.personal_library.pk},
        "application/json",
    )
    assert answer.status_code == 403
    membership.role = Role.KEEPER
    membership.save()
    assert ask(api, action="move", query="", target=theirs.pk).json()["result"]["changed"] == 3


def test_who_keeps_it_no_longer_cannot_have_it_back(
    api: Client, owner: User, outsider: User, archive: Library, songs: list[Track]
) -> None:
    moved = ask(api, action="move", query="", target=archive.pk).json()
    Membership.objects.create(library=archive, person=outsider, role=Role.KEEPER)
    Membership.objects.filter(library=archive, person=owner).update(role=Role.EDITOR)
    problem(ask(api, action="undo", job=moved["id"]), 400, "invalid")
    assert library(archive).count() == 3


def test_what_cannot_move_is_named_and_stays(
    api: Client, owner: User, archive: Library, songs: list[Track]
) -> None:
    twin = rows.track(owner, "Twin", library=archive)
    Track.objects.filter(pk=twin.pk).update(audio_sha256=songs[0].audio_sha256)
    lying = Folder.objects.create(library=owner.personal_library, path="/srv/music")
    look = {"path_key": "0", "size": 1, "mtime_ns": 1, "inode": 1}
    lying.places.create(path="one.flac", track=songs[1], **look)
    result = ask(api, action="move", query="", target=archive.pk).json()["result"]
    assert (result["changed"], result["failed"]) == (1, 2)
    reasons = {failure["title"]: failure["reason"] for failure in result["failures"]}
    assert "same sound" in reasons["Song 0"]
    assert "lies in a folder" in reasons["Song 1"]
    assert library(owner.personal_library).count() == 2
    with pytest.raises(MoveRefused):
        move_track(songs[0], archive, None)


def test_whose_word_counts_follows_the_library(
    owner: User, outsider: User, archive: Library, songs: list[Track]
) -> None:
    """The owner keeps both; the outsider, who edits the one, keeps the other."""
    home, piano = owner.personal_library, Tag.objects.get(slug="piano")
    Membership.objects.create(library=home, person=outsider, role=Role.KEEPER)
    accept_shown(outsider, songs[0], piano)
    reject_shown(owner, songs[0], piano)
    shown = songs[0].track_tags.filter(tag=piano, source="person")
    before = shown.exists()
    theirs = make_library(outsider, "Theirs")
    move_track(songs[0], theirs, None)
    assert (before, shown.exists()) == (False, True)


def test_the_page_asks_where_to_and_offers_to_undo(
    client: Client, owner: User, songs: list[Track]
) -> None:
    client.force_login(owner)
    assert "Move to…" not in client.get("/").content.decode()
    archive = make_library(owner, "Station archive")
    assert "Move to…" in client.get("/").content.decode()
    wish = {"action": "move", "id": [songs[0].pk]}
    asked = client.post("/bulk/", wish).content.decode()
    assert f'<option value="{archive.pk}">Station archive</option>' in asked
    done = client.post("/bulk/", {**wish, "confirmed": "1", "target": archive.pk}, follow=True)
    assert "1 track moved." in done.content.decode()
    undo = reverse("web:undo-bulk", args=[Job.objects.get(kind=Job.Kind.BULK).pk])
    assert undo in done.content.decode()
    answer = client.post(undo, follow=True).content.decode()
    assert "1 track is back in its library." in answer
