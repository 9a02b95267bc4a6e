"""How much people like a track: a person's own stars, and the mean of all."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from tagger.exports.rekordbox import rekordbox
from tagger.feedback.ratings import Rated, rate, rated, ratings_of
from tagger.libraries import manage
from tagger.libraries.members import Role
from tagger.library.search import LibraryFilter, library
from tagger.models import Library, Membership, Rating, Track, User
from tests.tagger.conftest import token_client
from tests.web import rows


@pytest.fixture
def shared(owner: User) -> Library:
    return manage.make_library(owner, "Station archive")


@pytest.fixture
def listener(shared: Library) -> User:
    person = rows.person("listener")
    Membership.objects.create(library=shared, person=person, role=Role.LISTENER)
    return person


@pytest.fixture
def record(owner: User, shared: Library) -> Track:
    return rows.analysed(rows.track(owner, library=shared), guitar=0.9)


def test_each_has_stars_of_ones_own_and_the_track_their_mean(
    owner: User, listener: User, record: Track
) -> None:
    assert rate(owner, record, 5) == Rated(5, 5.0, 1)
    assert rate(listener, record, 2) == Rated(2, 3.5, 2)
    assert rated(owner, record).stars == 5
    record.refresh_from_db()
    assert record.rating == 3.5


def test_another_rating_replaces_it_and_none_takes_it_back(owner: User, record: Track) -> None:
    rate(owner, record, 5)
    assert rate(owner, record, 1) == Rated(1, 1.0, 1)
    assert rate(owner, record, None) == Rated(None, None, 0)
    record.refresh_from_db()
    assert record.rating is None


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_there_are_one_to_five_stars(owner: User, record: Track, stars: int) -> None:
    with pytest.raises(ValueError, match="1 to 5"):
        rate(owner, record, stars)
    assert not Rating.objects.exists()


def test_stars_go_with_an_account(
    owner: User,
    listener: User,
    record: Track,
    django_capture_on_commit_callbacks: Any,
) -> None:
    rate(owner, record, 5)
    rate(listener, record, 1)
    with django_capture_on_commit_callbacks(execute=True):
        listener.delete()
    record.refresh_from_db()
    assert record.rating == 5.0


def test_a_list_is_sorted_and_narrowed_by_them(owner: User) -> None:
    poor, good, unrated = (rows.track(owner, name) for name in ("poor", "good", "unrated"))
    rate(owner, poor, 2)
    rate(owner, good, 5)

    def listed(**asked: str) -> list[str]:
        found = LibraryFilter(asked, queryset=library(owner.personal_library)).qs
        return [track.title for track in found]

    assert listed(ordering="-rating") == ["good", "poor", "unrated"]
    assert listed(ordering="rating")[:2] == ["poor", "good"]
    assert listed(rating_min="3") == ["good"]
    assert set(ratings_of(owner, [poor, good, unrated]).values()) == {2, 5}


def test_the_api_rates_takes_back_and_refuses(api: Client, song: Track) -> None:
    address = f"/api/v1/tracks/{song.pk}/rating/"
    put = api.put(address, {"stars": 4}, "application/json")
    assert (put.status_code, put.json()) == (200, {"stars": 4, "mean": 4.0, "people": 1})
    assert api.get(f"/api/v1/tracks/{song.pk}/").json()["rating"] == 4.0
    assert api.put(address, {"stars": 6}, "application/json").status_code == 400
    assert api.delete(address).status_code == 204
    assert api.get(address).json() == {"stars": None, "mean": None, "people": 0}


def test_whoever_only_listens_rates_and_a_stranger_does_not(
    listener: User, outsider: User, record: Track
) -> None:
    address = f"/api/v1/tracks/{record.pk}/rating/"
    assert token_client(listener).put(address, {"stars": 3}, "application/json").status_code == 200
    assert token_client(outsider).put(address, {"stars": 1}, "application/json").status_code == 404
    assert Rating.objects.get().person == listener


def test_they_are_exported(api: Client, owner: User, song: Track) -> None:
    rate(owner, song, 4)
    answer: Any = api.get("/api/v1/exports/tracks.csv")
    lines = csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode()))
    assert [line["rating"] for line in lines] == ["4.00"]
    song.refresh_from_db()
    assert 'Rating="204"' in "".join(rekordbox([song], 1))
