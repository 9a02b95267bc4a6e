"""What no browser and no honest program sends is refused, and is never an error of ours."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.test import Client

from tagger.models import Track, User

from . import rows

JSON = "application/json"


def brief(value: object) -> str:
    """Of a parameter, for the test's name."""
    return "".join(char if char.isalnum() else "-" for char in repr(value)[:40])


@pytest.fixture
def staff(owner: User) -> Client:
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=owner.pk))
    return client


@pytest.fixture
def shelf(owner: User) -> list[Track]:
    rows.active_model()
    return [rows.analysed(rows.track(owner, f"Track {k}")) for k in range(3)]


def cursor(*values: Any, keys: tuple[str, ...] = ("-created_at", "-id")) -> str:
    text = json.dumps([False, list(keys), list(values)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


ID = "6b9f0c3a-0000-4000-8000-000000000000"
MOMENT = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "address",
    [
        "/?id=,",
        f"/?id={ID},,",
        f"/similar/?like={ID}&id=,",
        "/map/?tag_min=abc",
        "/map/?tag=%00",
        "/?tag=%00",
        "/?q=%00",
        "/?q=%ED%A0%80",
        "/?page=" + "9" * 5000,
        "/?tag_min=1e999",
        "/?bpm_min=nan",
        "/?uploaded_after=9999999-01-01T00:00:00Z",
        "/?ordering=%00",
        "/map/points/?tag_min=abc&id=,",
        "/review/?question=" + "9" * 5000,
        "/review/?question=" + "9" * 25,
        "/models/" + "9" * 25 + "/",
        "/models/" + "9" * 5000 + "/",
        "/trash/?page=%00",
        "/trainings/?page=" + "9" * 5000,
        "/sign-in/?next=%00",
        "/sign-in/?next=http://[::1",
        "/api/v1/tracks/?id=,",
        "/api/v1/tracks/?q=%00",
        "/api/v1/tracks/?tag=%00",
        f"/api/v1/tracks/similar/?like={ID}&id=,",
        "/api/v1/review/" + "9" * 25 + "/",
        "/api/v1/jobs/?state=%00",
        "/api/v1/models/%00/",
    ],
    ids=brief,
)
def test_an_address_that_makes_no_sense_is_no_error(
    staff: Client, shelf: list[Track], address: str
) -> None:
    assert staff.get(address).status_code < 500


@pytest.mark.parametrize(
    "forged",
    [
        cursor("\x00", "\x00"),
        cursor("\ud800", ID),
        cursor(MOMENT, "\x00"),
        cursor("99999-01-01T00:00:00Z", ID),
        cursor("0000-00-00", ID),
        cursor("0001-01-01T00:00:00+23:59", ID),
        cursor(10**400, ID),
        cursor(1e308, [ID]),
        cursor({}, []),
        cursor(True, False),
        base64.urlsafe_b64encode(b"[" * 1000 + b"]" * 1000).decode(),
        base64.urlsafe_b64encode(b"[" * 200_000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        "%00",
        "é",
    ],
    ids=brief,
)
def test_a_forged_cursor_is_refused(staff: Client, shelf: list[Track], forged: str) -> None:
    answer = staff.get("/api/v1/tracks/", {"cursor": forged})
    assert answer.status_code == 400
    assert answer.json()["type"] in ("/api/v1/problems/invalid/", "/api/v1/problems/malformed/")


@pytest.mark.parametrize("field", ["-duration", "title", "bpm"])
@pytest.mark.parametrize(
    "value", ["\x00", 10**400, 1e308, "9" * 400, "NaN", "-Infinity", [1]], ids=brief
)
def test_a_forged_cursor_of_any_ordering_is_no_error(
    staff: Client, shelf: list[Track], field: str, value: Any
) -> None:
    keys = {"-duration": ("-duration", "-id"), "title": ("title", "id"), "bpm": ("bpm", "id")}
    forged = cursor(value, ID, keys=keys[field])
    answer = staff.get("/api/v1/tracks/", {"ordering": field, "cursor": forged})
    assert answer.status_code < 500


@pytest.mark.parametrize(
    "body",
    [
        b'{"name": ' + b"[" * 990 + b"]" * 990 + b"}",
        b'{"name": ' * 990 + b"1" + b"}" * 990,
        b"[" * 100_000,
        rb'{"name": "a", "scope": "\ud800"}',
        rb'{"name": "\ud800"}',
        rb'{"\ud800": 1}',
        rb'{"name": "a\u0000b"}',
        rb'{"name": "a", "scope": "\u0000"}',
        b'{"name": 1e999}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": NaN}',
        b"\xff\xfe",
        b"",
        b"null",
    ],
    ids=brief,
)
@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/me/tokens/",
        "/api/v1/tracks/bulk/",
        "/api/v1/trainings/",
        "/api/v1/views/",
        "/api/v1/webhooks/",
        "/api/v1/review/1/",
        "/api/v1/tracks/check/",
        "/api/v1/vocabulary/",
    ],
    ids=brief,
)
def test_a_body_that_makes_no_sense_is_no_error(
    staff: Client, shelf: list[Track], address: str, body: bytes
) -> None:
    for send in (staff.post, staff.put):
        assert send(address, body, JSON).status_code < 500


def test_a_verdict_that_is_half_a_character_is_refused(staff: Client, shelf: list[Track]) -> None:
    address = f"/api/v1/tracks/{shelf[0].pk}/tags/guitar/"
    answer = staff.put(address, rb'{"verdict": "\ud800"}', JSON)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/bulk/", {"action": "accept", "tag": "\x00", "id": ID}),
        ("/bulk/", {"action": "\x00", "tag": "guitar", "id": "\x00"}),
        ("/bulk/", {"action": "accept", "tag": "guitar", "id": "9" * 5000}),
        ("/review/", {"answer": "yes", "question": "9" * 5000}),
        ("/review/", {"answer": "yes", "question": "٣" * 30}),
        ("/review/", {"answer": "\x00", "question": "1"}),
        ("/trainings/new/", {"base": "\x00"}),
        ("/trainings/new/", {"base": "9" * 5000, "seed": "9" * 5000}),
        ("/account/", {"name": "\x00", "scope": "\x00"}),
        ("/register/", {"username": "a\x00b"}),
        ("/sign-in/", {"username": "a\x00b", "password": "\x00"}),
        ("/vocabulary/", {"name": "\x00"}),
        ("/views/", {"name": "\x00", "query": "\x00"}),
    ],
    ids=brief,
)
def test_a_form_that_makes_no_sense_is_no_error(
    staff: Client, shelf: list[Track], address: str, form: dict[str, str]
) -> None:
    urlencoded = "application/x-www-form-urlencoded"
    text = "&".join(f"{name}={'%00' if value == chr(0) else value}" for name, value in form.items())
    assert staff.post(address, text.encode(), urlencoded).status_code < 500


@pytest.mark.parametrize("url", ["http://[::1", "http://a\x00b/", "\ud800", "//", "x" * 10_000])
def test_a_script_that_is_signed_out_and_nowhere_is_led_to_the_sign_in_page(
    db: None, url: str
) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": url}
    answer = Client(raise_request_exception=False, headers=headers).get("/")
    assert answer["HX-Redirect"].startswith("/sign-in/")


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND", "x"])
@pytest.mark.parametrize(
    "address",
    ["/", "/api/v1/docs/", "/api/v1/schema/", "/api/v1/tracks/", "/sign-in/", "/nowhere/"],
)
def test_a_method_that_nobody_needs_is_no_error(staff: Client, method: str, address: str) -> None:
    assert staff.generic(method, address).status_code < 500


@pytest.mark.parametrize("accept", ["text/csv", "x", ",", "a/b;q=x", "*/*;q=0"])
@pytest.mark.parametrize(
    "address", ["/api/v1/docs/", "/api/v1/schema/", "/api/v1/tracks/", "/api/v1/exports/tracks.csv"]
)
def test_a_wish_for_another_format_is_passed_over(staff: Client, accept: str, address: str) -> None:
    assert staff.get(address, headers={"Accept": accept}).status_code == 200


def test_a_page_refuses_at_the_border_and_the_api_names_what_is_at_fault(staff: Client) -> None:
    assert staff.get("/?q=%00").status_code == 400
    problem = staff.post("/api/v1/me/tokens/", rb'{"name": "a", "scope": "\ud800"}', JSON)
    assert problem.status_code == 400
    assert problem.json()["errors"][0]["pointer"] == "#/scope"
