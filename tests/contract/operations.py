"""The operations of the committed description, and how one of them is asked of a test client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.test import Client
from django.urls import resolve

from tagger.api.serializers.examples import TRACK
from tests.access.rules import RULES, Rule

JSON, FORM = "application/json", "multipart/form-data"
Node = dict[str, Any]


@cache
def document() -> Node:
    committed = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
    schema: Node = yaml.load(committed.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return schema


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    described: Node

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def contents(self) -> Iterator[tuple[str, str, Node]]:
        """Each body that is asked for or answered: of what, its media type, what is said of it."""
        bodies = {"request": self.described.get("requestBody", {})} | self.described["responses"]
        for of, body in bodies.items():
            for media, content in body.get("content", {}).items():
                yield of, media, content

    def examples(self, wanted: str, media: str) -> list[Any]:
        groups = [
            content.get("examples", {}).values()
            for of, kind, content in self.contents()
            if (of, kind) == (wanted, media)
        ]
        return [example["value"] for examples in groups for example in examples]

    def takes(self, header: str) -> bool:
        return any(one["name"] == header for one in self.described.get("parameters", []))


def operations() -> list[Operation]:
    return [
        Operation(method.upper(), path, described)
        for path, methods in document()["paths"].items()
        for method, described in methods.items()
    ]


@dataclass(frozen=True)
class World:
    """Somebody who may do everything, and what there is to be named."""

    client: Client
    targets: dict[str, str]
    files: dict[str, Path]
    # What the examples call by names and ids of their own.
    meant: dict[str, str]

    def ask(
        self,
        operation: Operation,
        body: Any = None,
        headers: dict[str, str] | None = None,
        values: dict[str, str] | None = None,
    ) -> HttpResponseBase:
        rule = self._rule(operation)
        path = operation.path.format(**(values or self.values(operation)))
        every = rule.headers | {"Upload-Length": "1000"} | (headers or {})
        kind, content = self._content(operation, body)
        if kind == FORM:
            return self.client.post(path, content, headers=every)
        return self.client.generic(
            operation.method, path, json.dumps(content) if content is not None else "",
            content_type=kind, headers=every,
        )  # fmt: skip

    def values(self, operation: Operation) -> dict[str, str]:
        """Of the parameters in its path."""
        meant = self._rule(operation).values
        names = re.findall(r"{(\w+)}", operation.path)
        return {name: self.targets[meant.get(name, name)] for name in names}

    def example(self, operation: Operation, media: str = JSON) -> Any:
        """What the request's example says, of things that there are."""
        text = json.dumps(next(iter(operation.examples("request", media)), None))
        for name, real in self.meant.items():
            text = text.replace(json.dumps(name), json.dumps(real))
        return json.loads(text)

    def deed(self, operation: Operation) -> Any:
        """Where the example only asks what would be done, or for what is done already."""
        bodies = {
            "tracks_bulk_create": {"action": "reanalyse", "query": ""},
            "reanalyses_create": {"selection": "chosen", "tracks": [self.targets["track_id"]]},
        }
        return bodies.get(operation.described["operationId"])

    def _content(self, operation: Operation, body: Any) -> tuple[str, Any]:
        form = self.example(operation, FORM)
        if form is None:
            return JSON, self.example(operation) if body is None else body
        sent = (form | (body or {})).items()
        return FORM, {name: self._file(name) or value for name, value in sent}

    def _file(self, name: str) -> SimpleUploadedFile | None:
        path = self.files.get(name)
        return SimpleUploadedFile(path.name, path.read_bytes()) if path else None

    def _rule(self, operation: Operation) -> Rule:
        any_path = operation.path.format(**self.targets)
        return RULES[resolve(any_path).view_name]


EXAMPLE_TRACK = str(TRACK["id"])
