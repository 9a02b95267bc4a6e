from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tagger.api.problem_types import PROBLEM_TYPES
from tagger.api.throttles import MethodThrottle
from tagger.models import Track
from tagger.platform import rate_counter

TRACKS = "/api/v1/tracks/"


def problem(response: Any, status: int, slug: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"] == f"/api/v1/problems/{slug}/"
    assert body["status"] == status
    assert body["request_id"] == response["X-Request-ID"]
    return body


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/nothing/", "/api/v1/tracks/abc/"])
def test_an_unknown_address_is_a_problem_too(client: Client, address: str) -> None:
    problem(client.get(address), 404, "not-found")


def test_a_missing_slash_is_named(client: Client, api: Client) -> None:
    body = problem(api.get(TRACKS[:-1]), 404, "not-found")
    assert "end in a slash" in body["detail"]
    assert "slash" not in problem(api.get("/api/v1/nothing/"), 404, "not-found")["detail"]


@pytest.mark.parametrize("scheme", ["Token", "Basic", "basic"])
def test_another_authorisation_is_told_which_is_meant(
    client: Client, db: None, scheme: str
) -> None:
    answer = client.get(TRACKS, headers={"Authorization": f"{scheme} dXNlcjpwYXNz"})
    detail = problem(answer, 401, "invalid-token")["detail"]
    assert detail.startswith(f"{scheme.capitalize()} authorisation is not known here.")
    assert "Authorization: Bearer TOKEN" in detail


def test_an_unknown_parameter_is_refused_with_those_that_are_known(api: Client) -> None:
    body = problem(api.get(TRACKS, {"tagg": "rock"}), 400, "unknown-parameter")
    assert body["errors"] == [
        {"parameter": "tagg", "code": "unknown", "detail": "tagg is not known here."}
    ]
    assert "tag_min" in body["detail"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tag", "no-such-tag"),
        ("tag_min", "2"),
        ("tag_min", "NaN"),
        ("state", "happy"),
        ("ordering", "sideways"),
        ("uploaded_after", "yesterday"),
        ("cursor", "abc"),
        ("cursor", "é"),
        ("cursor", "WzFd"),
        ("page_size", "0"),
        ("page_size", "101"),
        ("page_size", "٣"),
        ("q", "a\x00b"),
    ],
)
def test_a_bad_parameter_is_named(api: Client, name: str, value: str) -> None:
    body = problem(api.get(TRACKS, {name: value}), 400, "invalid")
    assert body["errors"][0]["parameter"] == name


@pytest.mark.parametrize("key", [7, True, "a", [1], {}, 1e400, "\ud800"])
def test_a_forged_place_in_reading_order_is_refused(api: Client, song: Track, key: Any) -> None:
    text = json.dumps([False, ["title_key", "id"], [key, str(song.pk)]])
    cursor = base64.urlsafe_b64encode(text.encode()).decode()
    problem(api.get(TRACKS, {"ordering": "title", "cursor": cursor}), 400, "invalid")


def test_a_bad_field_is_pointed_at(api: Client, song: Track) -> None:
    address = f"{TRACKS}{song.pk}/"
    body = problem(api.patch(address, {"title": ""}, "application/json"), 400, "invalid")
    assert body["errors"][0] | {"detail": ""} == {
        "pointer": "#/title",
        "code": "blank",
        "detail": "",
    }
    body = problem(api.patch(address, {"title": "\ud800"}, "application/json"), 400, "invalid")
    assert body["errors"][0]["pointer"] == "#/title"


def test_a_body_that_is_no_json_is_malformed(api: Client, song: Track) -> None:
    response = api.patch(f"{TRACKS}{song.pk}/", b"{", "application/json")
    problem(response, 400, "malformed")


def test_a_body_of_another_type_is_refused(api: Client, song: Track) -> None:
    response = api.patch(f"{TRACKS}{song.pk}/", b"<a/>", "text/xml")
    problem(response, 415, "unsupported-media-type")


def test_another_method_is_answered_with_those_allowed(api: Client) -> None:
    response = api.delete(TRACKS)
    problem(response, 405, "method-not-allowed")
    assert "GET" in response["Allow"]


def test_a_fault_of_ours_tells_nothing_but_its_request(
    api: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("tagger.api.tags.facet_groups", fail)
    api.raise_request_exception = False
    response = api.get("/api/v1/tags/")
    problem(response, 500, "internal")
    assert b"hunter2" not in response.content
    assert "hunter2" in caplog.text


def test_too_many_requests_are_told_when_to_come_back(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(MethodThrottle.THROTTLE_RATES, "read", "2/min")
    assert [api.get("/api/v1/me/").status_code for _ in range(2)] == [200, 200]
    response = api.get("/api/v1/me/")
    problem(response, 429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 60


def test_without_a_broker_nobody_is_counted_and_nobody_refused(
    api: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    monkeypatch.setitem(MethodThrottle.THROTTLE_RATES, "read", "2/min")
    monkeypatch.setattr(rate_counter, "_store", rate_counter._store.__wrapped__)
    settings.CELERY_BROKER_URL = f"redis+socket://{tmp_path}/nobody.sock"
    assert [api.get("/api/v1/me/").status_code for _ in range(3)] == [200] * 3


def test_every_problem_has_its_page(client: Client, db: None) -> None:
    listed = client.get("/api/v1/problems/").json()
    assert {entry["type"] for entry in listed} == {
        reverse("api:problem", args=[slug]) for slug in PROBLEM_TYPES
    }
    for entry in listed:
        assert client.get(entry["type"]).json() == entry
    problem(client.get("/api/v1/problems/nothing/"), 404, "not-found")


def test_a_wish_for_another_format_is_passed_over(api: Client) -> None:
    response = api.get("/api/v1/me/", headers={"Accept": "text/html"})
    assert response["Content-Type"] == "application/json"
