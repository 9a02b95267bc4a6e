from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tagger.api.links import LINKS

from .described import description, text

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
REWRITE = "manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml"


@pytest.mark.slow
def test_the_schema_is_valid_and_without_a_warning() -> None:
    schema = description()
    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/tracks/{track_id}/audio/" in schema["paths"]


def test_the_committed_schema_is_the_one_the_code_makes() -> None:
    committed = COMMITTED.read_text(encoding="utf-8")
    assert committed.rstrip() == text().rstrip(), (
        f"The API has changed. If that is meant, run {REWRITE} and read its diff as a client would."
    )


def test_every_operation_documents_its_problems() -> None:
    schema = description()
    for path, operations in schema["paths"].items():
        if path == "/api/v1/schema/":
            continue
        for method, operation in operations.items():
            refused = operation["responses"]["401"]["content"]
            assert list(refused) == ["application/problem+json"], (method, path)
            assert operation["summary"], (method, path)


def test_the_documentation_asks_no_foreign_server(client: Client, db: None) -> None:
    response = client.get("/api/v1/docs/")
    policy = response["Content-Security-Policy"].split("; ")
    scripts = [rule for rule in policy if rule.startswith(("default-src", "script-src"))]
    assert scripts
    assert "unsafe" not in " ".join(scripts)
    page = response.content.decode()
    assert re.findall(r"(?:src|href)=\"((?:https?:)?//[^\"]*)", page) == []
    assert "<script>" not in page


def test_links_lead_to_operations_and_fill_parameters_of_theirs() -> None:
    known = {
        operation["operationId"]: {one["name"] for one in operation["parameters"]}
        for operations in description()["paths"].values()
        for operation in operations.values()
        if "parameters" in operation
    }
    wrong = [
        (link.operation, target)
        for link in LINKS
        for target in link.targets.split()
        if not link.parameters.keys() <= known[target]
    ]
    assert wrong == []


def test_it_is_served_in_the_format_asked_for(client: Client, db: None) -> None:
    def served(**accepted: str) -> Any:
        answer = client.get("/api/v1/schema/", {"lang": "de"}, headers=accepted)
        assert answer.headers["Content-Disposition"].startswith('inline; filename="Tonemark.')
        return answer

    as_yaml = served()
    assert as_yaml.headers["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"
    assert as_yaml.content.startswith(b"openapi: 3.1")
    as_json = served(accept="application/json")
    assert as_json.headers["Content-Type"] == "application/json"
    assert as_json.json()["openapi"].startswith("3.1")


def test_it_is_made_once(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    first = client.get("/api/v1/schema/").content
    monkeypatch.delattr("drf_spectacular.generators.SchemaGenerator.get_schema")
    assert client.get("/api/v1/schema/").content == first
