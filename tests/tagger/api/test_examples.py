"""The examples in the API's description are answers that it could really give."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    FormatChecker,
)

from tagger.api.shapes import examples
from tagger.models import Job, Track
from tests.web import rows


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    out = StringIO()
    call_command("spectacular", stdout=out)
    found: dict[str, Any] = yaml.safe_load(out.getvalue())
    return found


def contents(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every body the description knows, asked or answered, with where it stands."""
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            bodies = {"request": operation.get("requestBody", {})} | operation["responses"]
            for status, body in bodies.items():
                for content in body.get("content", {}).values():
                    yield f"{method} {path} {status}", content


def test_every_example_satisfies_its_schema(schema: dict[str, Any]) -> None:
    seen = set()
    for place, content in contents(schema):
        whole = content["schema"] | {"components": schema["components"]}
        validator = Draft202012Validator(whole, format_checker=FormatChecker())
        for name, example in content.get("examples", {}).items():
            seen.add(name)
            faults = [fault.message for fault in validator.iter_errors(example["value"])]
            assert not faults, (place, name, faults)
    assert {"Track", "Uploaded", "Job", "Files", "Checked", "Invalid"} <= seen


def kinds(value: Any) -> Any:
    """The names in a body, without what stands under them."""
    if isinstance(value, dict):
        return {name: kinds(inner) for name, inner in value.items()}
    return [kinds(value[0])] if isinstance(value, list) and value else None


def test_a_real_track_and_job_have_the_fields_of_the_examples(api: Client, song: Track) -> None:
    track = api.get(f"/api/v1/tracks/{song.pk}/").json()
    assert kinds(track) == kinds(examples.TRACK)
    job = rows.job(song, Job.State.QUEUED)
    assert kinds(api.get(f"/api/v1/jobs/{job.pk}/").json()) == kinds(examples.JOB)
