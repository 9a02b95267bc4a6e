from __future__ import annotations

import re
from io import StringIO

import yaml
from django.core.management import call_command
from django.test import Client


def test_the_schema_is_valid_and_without_a_warning() -> None:
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    schema = yaml.safe_load(out.getvalue())
    assert schema["openapi"].startswith("3.1")
    assert "/api/v1/tracks/{track_id}/audio/" in schema["paths"]


def test_every_operation_documents_its_problems() -> None:
    out = StringIO()
    call_command("spectacular", stdout=out)
    schema = yaml.safe_load(out.getvalue())
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
    assert scripts and "unsafe" not in " ".join(scripts)
    page = response.content.decode()
    assert re.findall(r"(?:src|href)=\"((?:https?:)?//[^\"]*)", page) == []
    assert "<script>" not in page
