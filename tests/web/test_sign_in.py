"""Guessing is slowed down, sessions change hands never, cookies and headers are strict."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tagger.models import User

from .rows import PASSWORD

LIMIT = 10


@pytest.fixture(autouse=True)
def no_counts_from_before() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(name: str, password: str, *, address: str = "192.0.2.1", **headers: str) -> Any:
    client = Client(REMOTE_ADDR=address, headers=headers)
    return client.post("/sign-in/", {"username": name, "password": password})


def guess(times: int, name: str = "owner", **how: str) -> HttpResponse:
    for number in range(times):
        response = sign_in(name, f"wrong {number}", **how)
    return response


def test_an_address_is_shut_out_after_ten_wrong_passwords(owner: User) -> None:
    assert guess(LIMIT - 1).status_code == 200
    assert guess(1).status_code == 429
    refused = sign_in("owner", PASSWORD)
    assert refused.status_code == 429
    assert "Wait a quarter of an hour" in refused.content.decode()


def test_who_guesses_elsewhere_cannot_keep_the_owner_out(owner: User) -> None:
    for number in range(3):
        guess(LIMIT, address=f"192.0.2.{number}")
    assert sign_in("owner", PASSWORD, address="198.51.100.1").status_code == 302


def test_an_address_that_guesses_is_shut_out_of_every_account(owner: User) -> None:
    for number in range(LIMIT):
        guess(1, name=f"person{number}")
    assert sign_in("owner", PASSWORD).status_code == 429
    assert sign_in("owner", PASSWORD, address="192.0.2.2").status_code == 302


def test_after_a_quarter_of_an_hour_it_opens_again(owner: User) -> None:
    guess(LIMIT)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert sign_in("owner", PASSWORD).status_code == 302


def test_who_guesses_on_does_not_keep_it_closed(owner: User) -> None:
    guess(LIMIT)
    before = AccessAttempt.objects.get().attempt_time
    guess(5)
    assert AccessAttempt.objects.get().attempt_time == before


def test_the_admins_door_is_the_same_door(owner: User) -> None:
    guess(LIMIT)
    form = {"username": "owner", "password": PASSWORD}
    assert Client(REMOTE_ADDR="192.0.2.1").post("/admin/login/", form).status_code == 429


def test_without_a_proxy_nobody_can_lend_an_address(owner: User) -> None:
    for number in range(LIMIT):
        guess(1, name=f"person{number}", **{"X-Forwarded-For": f"203.0.113.{number}"})
    assert sign_in("owner", PASSWORD, **{"X-Forwarded-For": "203.0.113.77"}).status_code == 429


def test_behind_a_proxy_the_visitors_are_told_apart(owner: User, settings: Any) -> None:
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    guess(LIMIT, name="nobody", **{"X-Forwarded-For": "10.0.0.1, 203.0.113.5"})
    again = {"X-Forwarded-For": "10.0.0.2, 203.0.113.5"}
    assert sign_in("owner", PASSWORD, **again).status_code == 429
    assert sign_in("owner", PASSWORD, **{"X-Forwarded-For": "203.0.113.6"}).status_code == 302


def test_tokens_that_are_not_valid_are_counted_by_address(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = {"bad-token": "3/min"}
    monkeypatch.setattr("tagger.api.throttles.BadTokenThrottle.THROTTLE_RATES", rates)
    client = Client(REMOTE_ADDR="192.0.2.8", headers={"Authorization": "Bearer tm_guess"})
    assert [client.get("/api/v1/me/").status_code for _ in range(3)] == [401] * 3
    refused = client.get("/api/v1/me/")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    other = Client(REMOTE_ADDR="192.0.2.9", headers={"Authorization": "Bearer tm_guess"})
    assert other.get("/api/v1/me/").status_code == 401


def test_signing_in_changes_the_sessions_key(owner: User) -> None:
    client = Client()
    client.get("/sign-in/")
    client.session.save()
    planted = client.session.session_key
    client.cookies["sessionid"] = str(planted)
    client.post("/sign-in/", {"username": "owner", "password": PASSWORD})
    assert client.session.session_key not in (None, planted)


def test_a_new_password_ends_all_other_sessions(owner: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    new = "another-long-enough-password"
    form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/account/password/", form).status_code == 302
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


@pytest.mark.parametrize("password", ["short", "password", "83726450918273", "owner1234"])
def test_weak_passwords_are_refused(owner: User, password: str) -> None:
    client = Client()
    client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    form = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert client.post("/account/password/", form).status_code == 200
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_every_page_carries_the_strict_headers(client: Client, db: None) -> None:
    headers = client.get("/sign-in/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
