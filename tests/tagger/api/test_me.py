from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tagger.libraries import manage
from tagger.models import ApiToken, Membership, User
from tests.web import rows

TOKENS = "/api/v1/me/tokens/"


def make(api: Client, **values: Any) -> Any:
    return api.post(TOKENS, values, "application/json")


def bearer(secret: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_i_am_told_who_i_am(api: Client, owner: User) -> None:
    assert api.get("/api/v1/me/").json()["username"] == owner.username


def test_a_token_is_made_shown_once_used_and_revoked(api: Client) -> None:
    response = make(api, name="script")
    assert response.status_code == 201
    body = response.json()
    assert body["scope"] == "read"
    fresh = Client(headers={"Authorization": f"bearer {body['secret']}"})
    assert fresh.get("/api/v1/me/").status_code == 200
    listed = api.get(TOKENS)
    assert body["secret"] not in listed.content.decode()
    row = next(token for token in listed.json() if token["id"] == body["id"])
    assert row["last_used_at"]
    assert body["secret"].startswith(row["prefix"])
    assert api.delete(f"{TOKENS}{body['id']}/").status_code == 204
    assert fresh.get("/api/v1/me/").status_code == 401
    assert api.delete(f"{TOKENS}{body['id']}/").status_code == 404


def test_the_secret_is_not_kept(api: Client) -> None:
    secret = make(api, name="script").json()["secret"]
    token = ApiToken.objects.get(name="script")
    assert secret not in str(vars(token))


def test_a_token_that_has_expired_already_cannot_be_made(api: Client) -> None:
    response = make(api, name="late", expires_at="2020-01-01T00:00:00Z")
    assert response.json()["errors"][0]["pointer"] == "#/expires_at"


def test_a_token_made_with_another_one_ends_with_it_at_the_latest(api: Client) -> None:
    soon = (timezone.now() + timedelta(hours=1)).isoformat()
    later = (timezone.now() + timedelta(hours=2)).isoformat()
    guest = bearer(make(api, name="guest", scope="write", expires_at=soon).json()["secret"])
    refused = make(guest, name="for ever", expires_at=later)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["pointer"] == "#/expires_at"
    assert parse_datetime(make(guest, name="unsaid").json()["expires_at"]) == parse_datetime(soon)


def test_a_revoked_token_takes_along_what_was_made_with_it(api: Client) -> None:
    first = make(api, name="found by somebody", scope="write").json()
    second = make(bearer(first["secret"]), name="kept", scope="write").json()
    third = make(bearer(second["secret"]), name="kept as well").json()
    assert api.delete(f"{TOKENS}{first['id']}/").status_code == 204
    assert [bearer(made["secret"]).get("/api/v1/me/").status_code for made in (second, third)] == [
        401,
        401,
    ]


def test_a_reading_token_makes_no_tokens(reader: Client) -> None:
    response = make(reader, name="more", scope="write")
    assert response.status_code == 403
    assert response.json()["type"] == "/api/v1/problems/read-only-token/"


def test_a_limited_token_acts_in_one_library_and_makes_none_that_may_more(
    api: Client, owner: User
) -> None:
    shared = manage.make_library(owner, "Station archive")
    here, there = rows.track(owner, library=shared), rows.track(owner)
    limited = bearer(make(api, name="station", scope="write", library=shared.pk).json()["secret"])
    listed = limited.get("/api/v1/tracks/").json()["results"]
    assert [track["id"] for track in listed] == [str(here.pk)], "it is the one that is meant"
    assert limited.get(f"/api/v1/tracks/{there.pk}/").status_code == 404
    assert [one["id"] for one in limited.get("/api/v1/libraries/").json()] == [shared.pk]
    refused = limited.post("/api/v1/libraries/", {"name": "More"}, "application/json")
    assert refused.json()["type"] == "/api/v1/problems/limited-token/"
    second = make(limited, name="second", scope="write").json()
    assert second["library"] == shared.pk
    assert make(limited, name="more", library=owner.personal_library.pk).status_code == 400
    assert {token["name"] for token in limited.get(TOKENS).json()} == {"station", "second"}


def test_a_token_ends_with_the_membership_it_is_limited_to(
    api: Client, owner: User, outsider: User
) -> None:
    shared = manage.make_library(outsider, "Station archive")
    role = Membership.Role.EDITOR
    joined = Membership.objects.create(library=shared, person=owner, role=role)
    limited = bearer(make(api, name="station", library=shared.pk).json()["secret"])
    assert limited.get("/api/v1/tracks/").status_code == 200
    manage.end_membership(joined)
    assert limited.get("/api/v1/tracks/").status_code == 401
    assert api.get("/api/v1/tracks/").status_code == 200


def test_a_token_is_limited_to_a_library_one_is_in(api: Client, outsider: User) -> None:
    refused = make(api, name="script", library=outsider.personal_library.pk)
    assert refused.json()["errors"][0]["pointer"] == "#/library"


def test_models_show_their_cards(api: Client) -> None:
    model = rows.active_model()
    assert [row["name"] for row in api.get("/api/v1/models/").json()] == [model.name]
    card = api.get(f"/api/v1/models/{model.name}/").json()
    assert (card["state"], len(card["labels"])) == ("active", 50)
    assert api.get("/api/v1/models/nothing/").status_code == 404
    assert api.get("/api/v1/models/a%00b/").status_code == 404
