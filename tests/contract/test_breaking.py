"""The description is held against the last released one: clients that work today go on working."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from .breaking import breaking_changes

DOCS = Path(settings.BASE_DIR) / "docs"
TRACK, TRACKS = "/api/v1/tracks/{track_id}/", "/api/v1/tracks/"
Change = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def released() -> dict[str, Any]:
    schema: dict[str, Any] = yaml.safe_load((DOCS / "openapi-released.yaml").read_text("utf-8"))
    return schema


@pytest.mark.slow
def test_nothing_that_clients_rely_on_has_changed(released: dict[str, Any]) -> None:
    now = yaml.safe_load((DOCS / "openapi.yaml").read_text("utf-8"))
    breaking = breaking_changes(released, now)
    assert not breaking, (
        "These changes break clients of the last release. Add beside what there is instead, "
        "or begin /api/v2/:\n" + "\n".join(breaking)
    )


def schemas(api: dict[str, Any], name: str) -> dict[str, Any]:
    schema: dict[str, Any] = api["components"]["schemas"][name]
    return schema


BREAKING: list[tuple[str, Change]] = [
    (f"DELETE {TRACK}: gone", lambda api: api["paths"][TRACK].pop("delete")),
    (f"GET {TRACK}: gone", lambda api: api["paths"].pop(TRACK)),
    ("/title: gone", lambda api: schemas(api, "TrackShape")["properties"].pop("title")),
    (
        "/title: may be missing now",
        lambda api: schemas(api, "TrackShape")["required"].remove("title"),
    ),
    (
        "/title: may be null now",
        lambda api: schemas(api, "TrackShape")["properties"]["title"].update(
            type=["string", "null"]
        ),
    ),
    (
        "/file_size: may be string now",
        lambda api: schemas(api, "TrackShape")["properties"]["file_size"].update(type="string"),
    ),
    ("'tagged' is gone", lambda api: schemas(api, "TrackState")["enum"].remove("tagged")),
    ("'write' no longer taken", lambda api: schemas(api, "ScopeEnum")["enum"].remove("write")),
    (
        "/expires_at: now required",
        lambda api: schemas(api, "TokenShapeRequest")["required"].append("expires_at"),
    ),
    (
        "/name: maxLength is stricter",
        lambda api: schemas(api, "TokenShapeRequest")["properties"]["name"].update(maxLength=9),
    ),
    (
        "query parameter page_size: value: maximum is stricter",
        lambda api: parameter(api, "page_size")["schema"].update(maximum=10),
    ),
    (
        "query parameter q: now required",
        lambda api: parameter(api, "q").update(required=True),
    ),
    ("query parameter q: gone", lambda api: parameter(api, "q").update(name="words")),
    ("202: no longer answered", lambda api: api["paths"][TRACKS]["post"]["responses"].pop("202")),
    (
        "body: multipart/form-data no longer taken",
        lambda api: api["paths"][TRACKS]["post"]["requestBody"].update(
            content={"application/json": {}}
        ),
    ),
    (
        "200: no longer as application/json",
        lambda api: api["paths"][TRACK]["get"]["responses"]["200"].update(content={}),
    ),
]


def parameter(api: dict[str, Any], name: str) -> dict[str, Any]:
    listed: list[dict[str, Any]] = api["paths"][TRACKS]["get"]["parameters"]
    return next(one for one in listed if one["name"] == name)


@pytest.mark.parametrize(("said", "change"), BREAKING, ids=[said for said, _ in BREAKING])
def test_what_breaks_clients_is_found(released: dict[str, Any], said: str, change: Change) -> None:
    later = copy.deepcopy(released)
    change(later)
    assert any(said in fault for fault in breaking_changes(released, later))


HARMLESS: list[Change] = [
    lambda api: api["paths"].update({"/api/v1/new/": api["paths"][TRACK]}),
    lambda api: schemas(api, "TrackShape")["properties"].update(mood={"type": "string"}),
    lambda api: schemas(api, "TokenShapeRequest")["properties"].update(note={"type": "string"}),
    lambda api: schemas(api, "TokenShapeRequest")["properties"]["name"].update(maxLength=500),
    lambda api: schemas(api, "ScopeEnum")["enum"].append("admin"),
    lambda api: parameter(api, "page_size")["schema"].update(maximum=500),
    lambda api: api["paths"][TRACK]["get"]["responses"].update({"410": {"description": "Gone"}}),
]


@pytest.mark.parametrize("change", HARMLESS)
def test_what_only_adds_is_no_fault(released: dict[str, Any], change: Change) -> None:
    later = copy.deepcopy(released)
    change(later)
    assert breaking_changes(released, later) == []
