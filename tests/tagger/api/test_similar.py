from __future__ import annotations

import pytest
from django.test import Client

from tagger.models import Analysis, Track, User
from tests.web import rows
from tests.web.rows import direction


@pytest.fixture(autouse=True)
def shelf(owner: User, song: Track) -> None:
    for number in range(1, 13):
        made = rows.track(owner, f"Piano {number}")
        rows.analysed(made, embedding=direction(number), piano=0.9)
    rows.analysed(rows.track(owner, "Violin"), embedding=direction(60), violin=0.9)


def address(song: Track) -> str:
    return f"/api/v1/tracks/{song.pk}/similar/"


def test_the_ten_nearest_come_with_the_model_that_says_so(api: Client, song: Track) -> None:
    body = api.get(address(song)).json()
    assert body["model"] == "tonemark-test"
    assert [result["track"]["title"] for result in body["results"]] == [
        f"Piano {number}" for number in range(1, 11)
    ]
    assert body["results"][0]["likeness"] == pytest.approx(0.99985, abs=1e-5)
    assert body["results"][0]["track"]["tags"][0]["slug"] == "piano"


def test_the_number_and_the_filters_of_the_library_are_honoured(api: Client, song: Track) -> None:
    assert len(api.get(address(song), {"limit": "13"}).json()["results"]) == 13
    narrowed = api.get(address(song), {"tag": "violin"}).json()["results"]
    assert [result["track"]["title"] for result in narrowed] == ["Violin"]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "many", "1" * 30])
def test_a_bad_limit_is_refused(api: Client, song: Track, limit: str) -> None:
    response = api.get(address(song), {"limit": limit})
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "limit"


def test_an_order_of_ones_own_is_refused(api: Client, song: Track) -> None:
    response = api.get(address(song), {"ordering": "title"})
    assert response.json()["type"] == "/api/v1/problems/unknown-parameter/"


def test_a_track_that_was_not_analysed_says_so(api: Client, song: Track) -> None:
    Analysis.objects.filter(track=song).delete()
    response = api.get(address(song))
    assert response.status_code == 404
    assert response.json()["type"] == "/api/v1/problems/not-analysed/"


def test_further_examples_pull_and_push(api: Client, owner: User, song: Track) -> None:
    violin = Track.objects.get(title="Violin")
    query = {"like": str(violin.pk), "limit": "1"}
    first = api.get(address(song), query).json()["results"][0]
    assert first["track"]["title"] == "Piano 12"
    assert first["moment"]["like"] in (str(song.pk), str(violin.pk))
    away = api.get(address(song), {"unlike": str(violin.pk), "limit": "1"}).json()["results"][0]
    assert away["track"]["title"] == "Piano 1"


@pytest.mark.parametrize("name", ["like", "unlike"])
def test_an_example_that_is_nobodys_is_refused(
    api: Client, outsider: User, song: Track, name: str
) -> None:
    theirs = rows.track(outsider)
    for wish in ("1", str(theirs.pk), f"{song.pk},{theirs.pk}"):
        response = api.get(address(song), {name: wish})
        assert response.status_code == 400
        assert response.json()["errors"][0]["parameter"] == name
