"""What the matrix of tests/access cannot say: contents of lists, tokens that ended, CSRF."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from tagger.accounts.tokens import make_token, revoke_token
from tagger.models import ApiToken, Job, Track, User
from tests.web import rows


def call(client: Client, method: str, path: str, body: Any = None) -> int:
    function = getattr(client, method)
    address = f"/api/v1/{path}"
    if method == "get":
        return function(address).status_code
    return function(address, body, "application/json").status_code


def test_lists_hold_nothing_of_others(song: Track, stranger: Client) -> None:
    rows.job(song, Job.State.FAILED)
    assert stranger.get("/api/v1/tracks/").json()["results"] == []
    assert stranger.get("/api/v1/jobs/").json()["results"] == []
    assert sum(tag["count"] for tag in stranger.get("/api/v1/tags/").json()) == 0


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
