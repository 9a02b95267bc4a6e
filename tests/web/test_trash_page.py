from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tagger.library.trash import delete_track
from tagger.models import Track, User

from . import rows


def test_an_empty_trash_says_what_it_is_for(page: Client) -> None:
    text = page.get("/trash/").content.decode()
    assert "The Trash is empty" in text
    assert "30 days" in text


def test_it_lists_what_was_deleted_last_first(page: Client, owner: User, song: Track) -> None:
    older = rows.track(owner, "Older")
    delete_track(older, at=timezone.now() - timedelta(days=2, minutes=-1))
    delete_track(song)
    response = page.get("/trash/")
    listed = [track.title for track, _ends in response.context["rows"]]
    assert listed == ["Blue hour", "Older"]
    assert "goes in 4\u00a0weeks" in response.content.decode()


def test_a_track_is_heard_where_it_lies(page: Client, outside: Client, song: Track) -> None:
    delete_track(song)
    address = reverse("api:trash-audio", args=[song.pk])
    assert f'data-play="{address}"' in page.get("/trash/").content.decode()
    assert page.get(address, headers={"Range": "bytes=4-9"}).status_code == 206
    assert outside.get(address).status_code == 404
    assert page.get(reverse("api:track-audio", args=[song.pk])).status_code == 404
    page.post(reverse("web:restore-track", args=[song.pk]))
    assert page.get(address).status_code == 404


def test_a_track_is_restored_from_there(page: Client, song: Track) -> None:
    delete_track(song)
    response = page.post(reverse("web:restore-track", args=[song.pk]))
    assert response["Location"] == reverse("web:track", args=[song.pk])
    song.refresh_from_db()
    assert song.deleted_at is None


def test_a_track_is_deleted_for_good_from_there(page: Client, song: Track) -> None:
    delete_track(song)
    sent = {"action": "purge", "id": song.pk}
    asked = page.post("/bulk/", sent)
    assert "cannot be had back" in asked.content.decode()
    assert Track.objects.exists()
    again = {"action": "purge", "all": 1, "query": asked.context["asked"].query, "confirmed": 1}
    assert page.post("/bulk/", again)["Location"] == "/trash/"
    assert not Track.objects.exists()


def test_what_is_not_in_the_trash_does_not_exist_there(page: Client, song: Track) -> None:
    assert page.post(reverse("web:restore-track", args=[song.pk])).status_code == 404
    page.post("/bulk/", {"action": "purge", "id": song.pk, "confirmed": 1})
    assert Track.objects.exists()


def test_the_number_of_queries_does_not_grow(
    page: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        delete_track(rows.track(owner))
    with django_assert_num_queries(5):
        page.get("/trash/")
