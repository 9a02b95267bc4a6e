"""Owner, reader, outsider and anonymous at every address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tagger.actions.tokens import make_token, revoke_token
from tagger.models import ApiToken, Job, Track, User
from tests.tagger.conftest import token_client
from tests.web import rows

READS = ["", "audio/", "peaks/", "predictions/", "similar/", "tags/"]
WRITES = [
    ("patch", "", {"title": "New"}),
    ("delete", "", None),
    ("put", "tags/piano/", {"verdict": "accepted"}),
    ("delete", "tags/piano/", None),
    ("post", "reanalyse/", None),
]
OPEN = ["problems/", "problems/invalid/", "schema/", "docs/"]
LISTS = ["tracks/", "tags/", "jobs/", "models/", "me/", "me/tokens/"]


def call(client: Client, method: str, path: str, body: Any = None) -> int:
    function = getattr(client, method)
    address = f"/api/v1/{path}"
    if method == "get":
        return function(address).status_code
    return function(address, body, "application/json").status_code


@pytest.mark.parametrize("path", READS)
def test_a_track_can_be_read_by_its_owner_alone(
    song: Track, api: Client, reader: Client, stranger: Client, client: Client, path: str
) -> None:
    address = f"tracks/{song.pk}/{path}"
    assert call(api, "get", address) == call(reader, "get", address) == 200
    assert call(stranger, "get", address) == 404
    assert call(client, "get", address) == 401


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_track_can_be_changed_by_its_owner_alone(
    song: Track,
    api: Client,
    reader: Client,
    stranger: Client,
    client: Client,
    method: str,
    path: str,
    body: Any,
) -> None:
    address = f"tracks/{song.pk}/{path}"
    assert call(client, method, address, body) == 401
    assert call(stranger, method, address, body) == 404
    assert call(reader, method, address, body) == 403
    assert call(api, method, address, body) in (200, 202, 204)


@pytest.mark.parametrize("path", ["", "cancel/", "retry/"])
def test_a_job_is_its_owners_alone(
    song: Track, api: Client, reader: Client, stranger: Client, client: Client, path: str
) -> None:
    job = rows.job(song, Job.State.FAILED)
    method, address = ("post" if path else "get"), f"jobs/{job.pk}/{path}"
    assert call(client, method, address) == 401
    assert call(stranger, method, address) == 404
    assert call(reader, method, address) == (403 if path else 200)
    assert call(api, method, address) in (200, 202)


@pytest.mark.parametrize("path", LISTS)
def test_nothing_is_listed_for_the_anonymous(api: Client, client: Client, path: str) -> None:
    assert call(api, "get", path) == 200
    assert call(client, "get", path) == 401


@pytest.mark.parametrize("path", OPEN)
def test_what_explains_the_api_is_open(client: Client, db: None, path: str) -> None:
    assert call(client, "get", path) == 200


def test_lists_hold_nothing_of_others(song: Track, stranger: Client) -> None:
    rows.job(song, Job.State.FAILED)
    assert stranger.get("/api/v1/tracks/").json()["results"] == []
    assert stranger.get("/api/v1/jobs/").json()["results"] == []
    assert sum(tag["count"] for tag in stranger.get("/api/v1/tags/").json()) == 0


def test_staff_see_their_own_tracks_only(song: Track) -> None:
    boss = token_client(rows.person("boss", is_staff=True, is_superuser=True))
    assert call(boss, "get", f"tracks/{song.pk}/") == 404


def test_somebody_elses_token_cannot_be_revoked(stranger: Client, owner: User) -> None:
    token = make_token(owner, "mine", ApiToken.Scope.READ)[0]
    assert call(stranger, "delete", f"me/tokens/{token.pk}/") == 404


def test_a_token_that_ended_is_refused(owner: User) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    _, expired = make_token(owner, "old", ApiToken.Scope.READ, expires_at=yesterday)
    row, revoked = make_token(owner, "gone", ApiToken.Scope.READ)
    revoke_token(row)
    for secret in (expired, revoked, "tm_nothing", "", "ü"):
        client = Client(headers={"Authorization": f"Bearer {secret}"})
        response = client.get("/api/v1/me/")
        assert response.status_code == 401
        assert response["WWW-Authenticate"].startswith("Bearer")
        assert response.json()["type"] == "/api/v1/problems/invalid-token/"


def test_a_person_who_was_shut_out_has_no_token(api: Client, owner: User) -> None:
    owner.is_active = False
    owner.save()
    assert call(api, "get", "me/") == 401


def test_a_session_may_write_with_its_csrf_token_only(song: Track, owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert call(browser, "get", "me/") == 200
    assert call(browser, "delete", f"tracks/{song.pk}/") == 403
    assert Track.objects.filter(pk=song.pk).exists()
