from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tagger.models import SavedView, Track, User

pytestmark = pytest.mark.usefixtures("song")


def save(page: Client, name: str, query: str = "tag=guitar&ordering=title&page=3") -> str:
    response = page.post("/views/", {"name": name, "query": query}, follow=True)
    return response.content.decode()


def test_a_view_is_saved_and_stands_beside_the_library(page: Client) -> None:
    assert "Saved: Quiet guitars" in save(page, "  Quiet   guitars ")
    links = page.get("/?tag=guitar&ordering=title").context["saved_views"]
    assert [(link.view.name, link.view.query, link.current) for link in links] == [
        ("Quiet guitars", "tag=guitar&ordering=title", True)
    ]
    assert 'href="/?tag=guitar&amp;ordering=title"' in page.get("/").content.decode()


def test_saving_under_the_same_name_replaces_the_query(page: Client) -> None:
    save(page, "Mine")
    save(page, "Mine", "q=blue")
    assert SavedView.objects.get().query == "q=blue"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_is_needed(name: str, page: Client) -> None:
    assert "needs a name" in save(page, name)
    assert not SavedView.objects.exists()


def test_nonsense_is_not_saved(page: Client) -> None:
    response = page.post("/views/", {"name": "Odd", "query": "tag=kazoo"}, follow=True)
    assert response.status_code == 400
    assert not SavedView.objects.exists()


def test_a_view_is_renamed_and_deleted(page: Client) -> None:
    save(page, "Old")
    save(page, "Taken", "q=blue")
    view = SavedView.objects.get(name="Old")
    rename = reverse("web:rename-view", args=[view.pk])
    assert "already" in page.post(rename, {"name": "Taken"}, follow=True).content.decode()
    page.post(rename, {"name": "New"})
    assert set(SavedView.objects.values_list("name", flat=True)) == {"New", "Taken"}
    page.post(reverse("web:delete-view", args=[view.pk]))
    assert SavedView.objects.get().name == "Taken"


def test_views_are_a_persons_own(page: Client, outside: Client, outsider: User) -> None:
    save(page, "Mine")
    view = SavedView.objects.get()
    assert "Mine" not in outside.get("/views/").content.decode()
    for name in ("rename-view", "delete-view"):
        assert outside.post(reverse(f"web:{name}", args=[view.pk])).status_code == 404
    save(outside, "Mine", "q=theirs")
    assert SavedView.objects.count() == 2


def test_no_views_yet_says_how_to_make_one(page: Client, song: Track) -> None:
    assert "Narrow the library" in page.get("/views/").content.decode()
