from __future__ import annotations

from base64 import b64decode
from uuid import UUID

import numpy as np
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tagger.jobs import lifecycle
from tagger.library.map import request_map
from tagger.models import Job, MapPoint, Track, User
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
    assert page.get("/map/points/").json()["drawn"] == 0


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
    text = page.get("/map/?colour=mood").content.decode()
    assert "as the model" not in text
    assert "the model “tonemark-test” hears alike" in text
    assert "1 new track gets its place" in text
    assert 'data-points="/map/points/?colour=mood"' in text
    assert "Song 0</a>" in text
    body = page.get("/map/points/").json()
    assert body["tags"] == ["rock"]
    assert body["total"] == 6
    ids, places, colours = (b64decode(body[name]) for name in ("ids", "places", "colours"))
    assert {UUID(bytes=ids[at : at + 16]) for at in range(0, 96, 16)} == {
        track.pk for track in Track.objects.filter(title__startswith="Song")
    }
    assert len(np.frombuffer(places, "<i2")) == 12
    assert list(colours) == [0] * 6
    assert page.get("/map/points/?q=nowhere").json()["drawn"] == 0


def values(page: Client, query: str) -> dict[str, int]:
    """The byte of colour of each track, by its title."""
    body = page.get(f"/map/points/?{query}").json()
    ids, colours = b64decode(body["ids"]), b64decode(body["colours"])
    names = dict(Track.objects.values_list("pk", "title"))
    return {
        names[UUID(bytes=ids[16 * at : 16 * at + 16])]: value for at, value in enumerate(colours)
    }


def test_it_is_coloured_by_tempo_year_or_any_tag(page: Client, owner: User, shelf: None) -> None:
    for n in range(5):
        Track.objects.filter(title=f"Song {n}").update(bpm=80 + 10 * n, year=1970 + n)
    rows.analysed(rows.track(owner, "Loud"), embedding=rows.direction(3), rock=0.9, loud=0.75)
    draw(owner)
    by_tempo = values(page, "colour=bpm")
    assert by_tempo["Song 0"] < by_tempo["Song 2"] < by_tempo["Song 4"]
    assert by_tempo["Song 5"] == 255
    assert page.get("/map/points/?colour=year").json()["low"] == pytest.approx(1970, abs=1)
    by_tag = values(page, "colour_tag=Loud")
    assert by_tag.pop("Loud") == pytest.approx(0.75 * 254, abs=2)
    assert set(by_tag.values()) == {255}


def test_regions_bear_the_tags_that_set_them_apart(page: Client, owner: User) -> None:
    for n in range(12):
        rocks = n < 6
        made = rows.track(owner, f"Song {n}")
        angle = rows.direction(n if rocks else 150 + n)
        rows.analysed(made, embedding=angle, slow=0.9, rock=0.9 * rocks, ambient=0.9 * (not rocks))
    draw(owner)
    regions = page.get("/map/regions/").json()["regions"]
    assert {name for name, _, _ in regions} == {"rock", "ambient"}
    assert all(-1 <= x <= 1 and -1 <= y <= 1 for _, x, y in regions)


def test_a_few_tracks_around_a_corner_of_cells_are_a_region(page: Client, owner: User) -> None:
    corners = [(0.01, 0.01), (0.01, -0.01), (-0.01, 0.01), (-0.01, -0.01)]
    for n, away in enumerate([False] * 4 + [True] * 4):
        made = rows.track(owner, f"Song {n}")
        rows.analysed(made, embedding=rows.direction(n), rock=0.9 * (not away), ambient=0.9 * away)
    draw(owner)
    for n, point in enumerate(MapPoint.objects.order_by("track__title")):
        (point.x, point.y), shift = corners[n % 4], 0.5 * (n >= 4)
        point.x += shift
        point.save()
    regions = page.get("/map/regions/").json()["regions"]
    assert {name for name, _, _ in regions} == {"rock", "ambient"}


def test_a_part_of_the_map_is_a_list(page: Client, owner: User, shelf: None) -> None:
    draw(owner)
    point = MapPoint.objects.select_related("track").first()
    assert point is not None
    x, y = round(point.x * 1000), round(point.y * 1000)
    around = f"{x - 2},{y - 2},{x + 2},{y - 2},{x + 2},{y + 2},{x - 2},{y + 2}"
    response = page.get(f"/?area={around}")
    assert point.track.title in [row.track.title for row in response.context["rows"]]
    assert "a part of the map" in response.content.decode()
    assert len(page.get("/?area=-1000,-1000,1000,-1000,1000,1000,-1000,1000").context["rows"]) == 6
    away = page.get("/?area=9000,9000,9001,9000,9001,9001")
    assert "No track fits" in away.content.decode()
    for wrong in ("1,2", "a,b,c,d,e,f", "1,2,3,4,5", "1,2,3,4,5,6);--"):
        assert page.get("/", {"area": wrong}).status_code == 400


def test_a_point_s_card_says_what_it_is(page: Client, outside: Client, owner: User) -> None:
    made = rows.analysed(rows.track(owner, "Dusk", bpm=98.0, key="Am"), harp=0.9)
    text = page.get(f"/map/tracks/{made.pk}/").content.decode()
    assert "Play Dusk" in text
    assert "harp" in text
    assert "98 BPM" in text
    assert "8A" in text
    assert outside.get(f"/map/tracks/{made.pk}/").status_code == 404


def test_somebody_else_has_a_map_of_their_own(
    page: Client, outside: Client, owner: User, shelf: None
) -> None:
    draw(owner)
    assert outside.get("/map/points/").json()["drawn"] == 0


def test_the_number_of_queries_does_not_grow(
    page: Client, owner: User, shelf: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    draw(owner)
    with django_assert_num_queries(7):
        page.get("/map/points/")
