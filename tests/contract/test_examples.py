"""The examples in the description are requests it takes and answers it gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    FormatChecker,
)

from .operations import JSON, Operation, World, document, operations

# Names under which anything may stand.
FREE = {"card", "recipe", "data", "versions"}
# What the library that is asked has not got: the answer is a problem, and says so.
MISSING = {404, 409}


def test_every_operation_shows_what_is_sent_and_what_is_answered() -> None:
    silent = [
        (str(operation), of, media)
        for operation in operations()
        for of, media, content in operation.contents()
        if of == "request" or of.startswith("2")
        if content["schema"].get("format") != "binary" and not content.get("examples")
    ]
    assert silent == [], "give the shape, or the operation, an example (tagger/api/serializers)"


def test_every_example_satisfies_its_schema() -> None:
    faults = [
        (str(operation), of, name, fault.message)
        for operation in operations()
        for of, _, content in operation.contents()
        for name, example in content.get("examples", {}).items()
        for fault in validator(content["schema"]).iter_errors(example["value"])
    ]
    assert faults == []


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    whole = schema | {"components": document()["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def test_every_request_that_is_shown_is_taken_and_answered_as_shown(world: World) -> None:
    wrong = []
    for operation in operations():
        if not shows(operation):
            continue
        with transaction.atomic():
            response = world.ask(operation)
            transaction.set_rollback(True)
        if response.status_code not in MISSING:
            wrong += list(differences(operation, response))
    assert not wrong, wrong


def shows(operation: Operation) -> bool:
    """Bytes, and nothing at all, cannot be shown."""
    return any("examples" in content for of, _, content in operation.contents() if of[0] in "r2")


def differences(operation: Operation, response: Any) -> Iterator[tuple[str, Any]]:
    status = str(response.status_code)
    if not status.startswith("2"):
        yield str(operation), response.content
    elif response.get("Content-Type") == JSON and not response.streaming and response.content:
        shown = operation.examples(status, JSON)
        real = json.loads(response.content)
        unknown = min((list(unshown(real, one)) for one in shown), key=len)
        if unknown:
            yield f"{operation} {status}", unknown


def unshown(real: Any, example: Any, place: str = "") -> Iterator[str]:
    """Names in a real answer that the example does not have."""
    if isinstance(real, dict) and isinstance(example, dict):
        for name, inner in real.items():
            if name not in example:
                yield f"{place}/{name}"
            elif name not in FREE:
                yield from unshown(inner, example[name], f"{place}/{name}")
    elif isinstance(real, list) and isinstance(example, list) and real and example:
        yield from unshown(real[0], example[0], f"{place}/0")
