from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tagger.library import saved_views
from tagger.models import SavedView, Track, User

from .test_errors import problem

VIEWS = "/api/v1/views/"
WISH = {"name": "Quiet guitars", "query": "tag=guitar&tag_min=0.5&ordering=title"}


def make(api: Client, **values: Any) -> Any:
    return api.post(VIEWS, WISH | values, "application/json")


def change(api: Client, view: dict[str, Any], **values: Any) -> Any:
    return api.patch(f"{VIEWS}{view['id']}/", values, "application/json")


def test_a_view_is_made_shown_listed_changed_and_deleted(api: Client) -> None:
    response = make(api)
    assert response.status_code == 201
    made = response.json()
    assert {name: made[name] for name in WISH} == WISH
    first = make(api, name="All").json()
    assert api.get(VIEWS).json() == [first, made]
    renamed = change(api, made, name="  Loud   guitars ").json()
    assert renamed == made | {"name": "Loud guitars"}
    requeried = change(api, made, query="q=blue").json()
    assert requeried == renamed | {"query": "q=blue"}
    address = f"{VIEWS}{made['id']}/"
    assert api.get(address).json() == requeried
    assert api.delete(address).status_code == 204
    problem(api.get(address), 404, "not-found")
    problem(change(api, made, name="Gone"), 404, "not-found")


def test_its_query_is_one_of_the_list_of_tracks(api: Client, song: Track) -> None:
    query = make(api, query="tag=guitar&bpm_min=&q=blue hour").json()["query"]
    matches = api.get(f"/api/v1/tracks/?{query}").json()["results"]
    assert [track["id"] for track in matches] == [str(song.pk)]


@pytest.mark.parametrize(
    ("wrong", "pointer", "said"),
    [
        ({"name": " "}, "#/name", "blank"),
        ({"name": "x" * 81}, "#/name", "80"),
        ({"name": "a\u202eb"}, "#/name", "letters"),
        ({"query": "tag=kazoo"}, "#/query", "tag"),
        ({"query": "tag_min=2&colour=red"}, "#/query", "colour, tag_min"),
        ({"query": "page=2"}, "#/query", "page"),
        ({"query": "q=" + "x" * 2000}, "#/query", "2000"),
    ],
)
def test_a_bad_wish_is_pointed_at(
    api: Client, wrong: dict[str, Any], pointer: str, said: str
) -> None:
    (fault,) = problem(make(api, **wrong), 400, "invalid")["errors"]
    assert fault["pointer"] == pointer
    assert said in fault["detail"]
    assert not SavedView.objects.exists()


def test_a_name_that_is_taken_is_refused(api: Client) -> None:
    make(api)
    problem(make(api, query=""), 409, "view-refused")
    other = make(api, name="Other").json()
    problem(change(api, other, name=WISH["name"]), 409, "view-refused")
    assert change(api, other, name="Other", query="").status_code == 200


def test_there_are_no_more_than_fit_beside_the_library(api: Client, owner: User) -> None:
    SavedView.objects.bulk_create(
        SavedView(owner=owner, library=owner.personal_library, name=f"View {n}", query="")
        for n in range(saved_views.MOST)
    )
    problem(make(api), 409, "view-refused")
    saved_views.save_view(owner, owner.personal_library, "View 1", "tag=piano")
    assert owner.saved_views.count() == saved_views.MOST


def test_the_same_request_again_makes_no_second_view(api: Client) -> None:
    key = {"Idempotency-Key": "once"}
    answers = [api.post(VIEWS, WISH, "application/json", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert SavedView.objects.count() == 1


def test_views_are_their_owners_alone(
    api: Client, reader: Client, stranger: Client, client: Client
) -> None:
    made = make(api).json()
    address = f"{VIEWS}{made['id']}/"
    assert [who.get(address).status_code for who in (reader, stranger, client)] == [200, 404, 401]
    answers = [change(who, made, name="Mine").status_code for who in (reader, stranger, client)]
    assert answers == [403, 404, 401]
    assert [who.delete(address).status_code for who in (reader, stranger)] == [403, 404]
    assert stranger.get(VIEWS).json() == []
    assert make(stranger).status_code == 201
    assert SavedView.objects.count() == 2


def test_a_view_of_the_api_stands_beside_the_library_of_the_page(
    api: Client, client: Client, owner: User, song: Track
) -> None:
    make(api, query="ordering=title&tag=guitar")
    client.force_login(owner)
    (link,) = client.get("/?tag=guitar&ordering=title").context["saved_views"]
    assert (link.view.name, link.current) == ("Quiet guitars", True)


def test_the_list_takes_the_same_queries_whatever_its_length(
    api: Client, django_assert_num_queries: Any
) -> None:
    for n in range(8):
        make(api, name=str(n))
    with django_assert_num_queries(4):
        assert len(api.get(VIEWS).json()) == 8
