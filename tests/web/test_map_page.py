from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tagger.jobs import lifecycle
from tagger.library.map import request_map
from tagger.models import Job, User
from tagger.tasks import run_job

from . import rows


@pytest.fixture(autouse=True)
def no_heartbeat(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from a thread of its own, which does not see the rows of a test's transaction."""
    monkeypatch.setattr("tagger.jobs.lease.EVERY", 3600)


@pytest.fixture
def shelf(owner: User) -> None:
    for n in range(6):
        rows.analysed(rows.track(owner, f"Song {n}"), embedding=rows.direction(n), rock=0.9)


def draw(owner: User) -> None:
    run_job(str(request_map(owner.personal_library, by=owner, trigger=Job.Trigger.WEB).pk))


def test_without_a_map_it_offers_to_draw_one(page: Client, shelf: None) -> None:
    assert "Draw the map" in page.get("/map/").content.decode()
    assert page.get("/map/points/").json()["points"] == []


def test_while_it_is_drawn_it_says_so(page: Client, shelf: None) -> None:
    text = page.post("/map/draw/", follow=True).content.decode()
    assert "The map is being drawn" in text
    assert 'hx-trigger="every 2s"' in text
    lifecycle.cancel(Job.objects.get())
    assert "Draw the map" in page.get("/map/").content.decode()


def test_a_failure_says_why(page: Client, owner: User) -> None:
    rows.active_model()
    draw(owner)
    assert "at least 5 tracks" in page.get("/map/").content.decode()


def test_the_map_has_its_points_and_a_list_without_scripts(
    page: Client, owner: User, shelf: None
) -> None:
    draw(owner)
    rows.analysed(rows.track(owner, "New"), rock=0.9)
    text = page.get("/map/?group=mood").content.decode()
    assert "as the model" not in text
    assert "the model “tonemark-test” hears alike" in text
    assert "1 new track gets its place" in text
    assert 'data-points="/map/points/?group=mood"' in text
    assert "Song 0</a>" in text
    body = page.get("/map/points/").json()
    assert body["tags"] == ["rock"]
    assert body["total"] == 6
    _id, title, _artist, x, y, tag = body["points"][0]
    assert title.startswith("Song")
    assert -1 <= x <= 1
    assert -1 <= y <= 1
    assert tag == 0
    assert page.get("/map/points/?q=nowhere").json()["points"] == []


def test_somebody_else_has_a_map_of_their_own(
    page: Client, outside: Client, owner: User, shelf: None
) -> None:
    draw(owner)
    assert outside.get("/map/points/").json()["points"] == []


def test_the_number_of_queries_does_not_grow(
    page: Client, owner: User, shelf: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    draw(owner)
    with django_assert_num_queries(8):
        page.get("/map/points/")
