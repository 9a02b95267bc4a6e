"""What one looks by: the tree of folders, and what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tagger.libraries.manage import make_library
from tagger.library.saved_views import save_view
from tagger.models import Folder, Membership, Track, User
from tests.audio_factory import tone, write
from tests.tagger.api.test_errors import problem
from tests.tagger.conftest import token_client
from tests.web import rows

from .conftest import Scanner

pytestmark = pytest.mark.django_db


@pytest.fixture
def deep(music: Path, scan: Scanner) -> Path:
    """Nights/{one,two}, Nights/Köln 50%/three, and the brother Nights 2/four."""
    for path, hertz in (("Nights/K\u00f6ln 50%/three.flac", 660), ("Nights 2/four.flac", 770)):
        (music / path).parent.mkdir()
        write(music / path, tone(hertz, 1), metadata={"title": Path(path).stem.title()})
    scan()
    return music


def tree(client: Client, **query: Any) -> dict[str, tuple[str, int]]:
    answer = client.get(reverse("api:folder-tree"), query)
    assert answer.status_code == 200, answer.content
    return {one["name"]: (one["folder"], one["tracks"]) for one in answer.json()}


def titles(client: Client, **query: str) -> set[str]:
    answer = client.get(reverse("api:tracks"), query)
    return {one["title"] for one in answer.json()["results"]}


def test_the_tree_is_gone_down_and_narrows_the_library(
    deep: Path, api: Client, folder: Folder
) -> None:
    root, count = tree(api)["music"]
    assert (root, count) == (str(folder.pk), 4)
    below = tree(api, folder=root)
    assert {name: count for name, (_, count) in below.items()} == {"Nights": 3, "Nights 2": 1}
    nights = below["Nights"][0]
    assert titles(api, folder=nights) == {"One", "Two", "Three"}
    deeper = tree(api, folder=nights)
    assert titles(api, folder=deeper["K\u00f6ln 50%"][0]) == {"Three"}
    assert tree(api, folder=deeper["K\u00f6ln 50%"][0]) == {}
    assert titles(api, folder=f"{root}/Night") == set()


def test_a_folder_that_is_no_name_is_refused(deep: Path, api: Client) -> None:
    for wrong in ("music", "../..", "0" * 36):
        problem(api.get(reverse("api:folder-tree"), {"folder": wrong}), 400, "invalid")
        problem(api.get(reverse("api:tracks"), {"folder": wrong}), 400, "invalid")


def test_a_folder_of_another_library_is_empty(deep: Path, folder: Folder, stranger: Client) -> None:
    assert titles(stranger, folder=str(folder.pk)) == set()
    assert tree(stranger) == {}
    assert tree(stranger, folder=str(folder.pk)) == {}


def test_listeners_look_by_folders_too(deep: Path, folder: Folder, outsider: User) -> None:
    role = Membership.Role.LISTENER
    Membership.objects.create(library=folder.library, person=outsider, role=role)
    there = tree(token_client(outsider), library=folder.library_id)
    assert there["music"][1] == 4


def test_the_page_has_them_beside_the_list(
    deep: Path, client: Client, owner: User, folder: Folder
) -> None:
    client.force_login(owner)
    assert "folder-tree" in client.get("/").content.decode()
    links = client.get(reverse("web:folder-tree"), {"folder": str(folder.pk)}).content.decode()
    assert f"?folder={folder.pk}%2FNights" in links
    listed = client.get("/", {"folder": f"{folder.pk}/Nights 2"}).content.decode()
    assert "folder: Nights 2" in listed
    assert "Four" in listed
    assert "Three" not in listed
    empty = make_library(owner, "Station archive")
    assert "folder-tree" not in client.get("/", {"library": empty.pk}).content.decode()


def test_a_folder_can_be_kept_as_a_view(deep: Path, owner: User, folder: Folder) -> None:
    view = save_view(owner, folder.library, "Second nights", f"folder={folder.pk}/Nights+2")
    assert view.query == f"folder={folder.pk}%2FNights+2"


def test_what_is_missing_is_marked_and_found(
    deep: Path, scan: Scanner, client: Client, owner: User, api: Client
) -> None:
    rows.track(owner, "Uploaded")
    (deep / "Nights" / "one.flac").unlink()
    scan()
    assert titles(api, missing="true") == {"One"}
    client.force_login(owner)
    listed = client.get("/", {"missing": "true"}).content.decode()
    assert ">missing</span>" in listed
    assert "Two" not in listed
    page = client.get(reverse("web:track", args=[Track.objects.get(title="One").pk]))
    assert "its disk is not connected" in page.content.decode()
    assert f"{deep}/Nights/one.flac" in page.content.decode()
    whole = client.get(reverse("web:track", args=[Track.objects.get(title="Two").pk]))
    assert "not connected" not in whole.content.decode()
