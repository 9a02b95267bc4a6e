from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from tagger.models import Job, LibraryMap, MapPoint, Track, User
from tests.web import rows

from .test_errors import problem

MAP = "/api/v1/map/"


@pytest.fixture
def drawn(song: Track) -> LibraryMap:
    made = LibraryMap.objects.create(
        library=song.library, model=rows.active_model(), projection=b"", drawn_at=timezone.now()
    )
    MapPoint.objects.create(map=made, track=song, x=0.25, y=-0.5)
    return made


def test_it_says_where_tracks_lie(api: Client, drawn: LibraryMap, song: Track) -> None:
    body = api.get(MAP, {"group": "instrument"}).json()
    assert (body["model"], body["total"]) == (drawn.model.name, 1)
    place = {"track": str(song.pk), "x": 0.25, "y": -0.5}
    assert body["points"] == [place | {"tag": "guitar"}]
    assert api.get(MAP, {"group": "tempo"}).json()["points"] == [place | {"tag": None}]
    assert api.get(MAP, {"tag": "piano"}).json()["points"] == []


def test_it_is_drawn_when_asked_for(api: Client, owner: User, sent: list[str]) -> None:
    problem(api.get(MAP), 404, "no-map")
    response = api.post(MAP)
    assert response.status_code == 202
    assert Job.objects.get(pk=response.json()["id"]).kind == Job.Kind.DRAW_MAP
    assert api.post(MAP).json()["id"] == response.json()["id"]


def test_a_group_that_there_is_not_is_refused(api: Client, drawn: LibraryMap) -> None:
    body = problem(api.get(MAP, {"group": "colour"}), 400, "invalid")
    assert body["errors"][0]["parameter"] == "group"


def test_nobody_sees_anothers(stranger: Client, drawn: LibraryMap) -> None:
    problem(stranger.get(MAP), 404, "no-map")
