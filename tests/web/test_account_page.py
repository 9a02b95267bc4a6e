from __future__ import annotations

import secrets
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tagger.accounts.tokens import recognise_token
from tagger.models import ApiToken, User
from tagger.platform.rate_counter import CounterError

from . import rows

NEW = {"name": "sync", "scope": "read", "days": "30"}


def test_a_tokens_secret_is_shown_once(page: Client, owner: User) -> None:
    response = page.post("/account/", NEW)
    secret = response.context["secret"]
    assert secret in response.content.decode()
    assert secret not in page.get("/account/").content.decode()
    token = recognise_token(secret)
    assert token is not None
    assert (token.owner, token.scope) == (owner, "read")
    assert token.expires_at is not None


def test_a_token_may_last_for_ever(page: Client) -> None:
    page.post("/account/", NEW | {"days": "0"})
    assert ApiToken.objects.get().expires_at is None


@pytest.mark.parametrize("wrong", [{"name": ""}, {"scope": "all"}, {"days": "12"}])
def test_a_token_needs_a_sound_form(wrong: dict[str, str], page: Client) -> None:
    assert page.post("/account/", NEW | wrong).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_revoked_token_no_longer_opens_anything(page: Client) -> None:
    secret = page.post("/account/", NEW).context["secret"]
    token = ApiToken.objects.get()
    response = page.post(reverse("web:revoke-token", args=[token.pk]), follow=True)
    assert "Revoked: sync" in response.content.decode()
    assert list(response.context["tokens"]) == []
    assert recognise_token(secret) is None


def test_the_password_can_be_changed(page: Client, owner: User) -> None:
    form = {
        "old_password": rows.PASSWORD,
        "new_password1": "another-long-password",
        "new_password2": "another-long-password",
    }
    response = page.post("/account/password/", form, follow=True)
    assert "Your password has been changed." in response.content.decode()
    owner.refresh_from_db()
    assert owner.check_password("another-long-password")


def test_signing_in_and_out(client: Client, owner: User) -> None:
    form = {"username": "owner", "password": rows.PASSWORD, "next": "/tags/"}
    assert client.post("/sign-in/", form)["Location"] == "/tags/"
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302


def test_a_wrong_password_is_said(client: Client, owner: User) -> None:
    response = client.post("/sign-in/", {"username": "owner", "password": "guess"})
    assert "Please enter a correct username and password" in response.content.decode()


def test_signing_in_leads_to_no_foreign_site(client: Client, owner: User) -> None:
    form = {"username": "owner", "password": rows.PASSWORD, "next": "https://example.org/"}
    assert client.post("/sign-in/", form)["Location"] == "/"


@pytest.mark.django_db
def test_registration_is_closed_unless_a_setting_opens_it(client: Client) -> None:
    assert client.get("/register/").status_code == 404
    assert "/register/" not in client.get("/sign-in/").content.decode()


@pytest.mark.django_db
def test_open_registration_makes_an_ordinary_account(client: Client, settings: Any) -> None:
    settings.REGISTRATION_OPEN = True
    assert "/register/" in client.get("/sign-in/").content.decode()
    form = {"username": "new", "password1": rows.PASSWORD, "password2": rows.PASSWORD}
    response = client.post("/register/", form | {"is_staff": "on", "is_superuser": "on"})
    assert response["Location"] == "/upload/"
    made = User.objects.get(username="new")
    assert not made.is_staff
    assert not made.is_superuser
    assert client.get("/").status_code == 200


def make_account(client: Client, name: str, address: str) -> Any:
    form = {"username": name, "password1": rows.PASSWORD, "password2": rows.PASSWORD}
    response = client.post("/register/", form, REMOTE_ADDR=address)
    client.logout()
    return response


@pytest.mark.django_db
def test_an_address_makes_only_so_many_accounts_an_hour(client: Client, settings: Any) -> None:
    settings.REGISTRATION_OPEN, settings.REGISTRATIONS_AN_HOUR = True, 2
    place = f"2001:db8:{secrets.randbelow(0xFFFF):x}:{secrets.randbelow(0xFFFF):x}"
    for number in range(2):
        made = make_account(client, f"new{number}", f"{place}::{number}")
        assert made.status_code == 302
    refused = make_account(client, "new2", f"{place}::ffff")
    assert refused.status_code == 429
    assert 3500 < int(refused["Retry-After"]) <= 3600
    assert "Try again in 60 minutes" in refused.content.decode()
    assert not User.objects.filter(username="new2").exists()
    assert make_account(client, "new2", f"203.0.113.{secrets.randbelow(255)}").status_code == 302


@pytest.mark.django_db
def test_registration_stays_open_while_nothing_is_counted(
    client: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(key: str, seconds: int) -> tuple[int, float]:
        raise CounterError

    monkeypatch.setattr("tagger.accounts.registration.count", away)
    settings.REGISTRATION_OPEN = True
    assert make_account(client, "new", "203.0.113.1").status_code == 302


@pytest.mark.django_db
def test_registration_refuses_weak_passwords(client: Client, settings: Any) -> None:
    settings.REGISTRATION_OPEN = True
    form = {"username": "new", "password1": "12345678", "password2": "12345678"}
    assert client.post("/register/", form).status_code == 422
    assert not User.objects.exists()
