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

from tagger.api.shapes.examples import TRACK
from tests.access.rules import RULES

JSON, FORM = "application/json", "multipart/form-data"
Node = dict[str, Any]


@cache
def document() -> Node:
    committed = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
    found: Node = yaml.load(committed.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return found


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
        found = [
            content.get("examples", {}).values()
            for of, kind, content in self.contents()
            if (of, kind) == (wanted, media)
        ]
        return [example["value"] for examples in found for example in examples]

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
        self, operation: Operation, body: Any = None, headers: dict[str, str] | None = None
    ) -> HttpResponseBase:
        path, rule = self._path(operation)
        every = rule.headers | {"Upload-Length": "1000"} | (headers or {})
        kind, content = self._content(operation, body)
        if kind == FORM:
            return self.client.post(path, content, headers=every)
        return self.client.generic(
            operation.method, path, json.dumps(content) if content is not None else "",
            content_type=kind, headers=every,
        )  # fmt: skip

    def example(self, operation: Operation, media: str = JSON) -> Any:
        """What the request's example says, of things that there are."""
        text = json.dumps(next(iter(operation.examples("request", media)), None))
        for name, real in self.meant.items():
            text = text.replace(json.dumps(name), json.dumps(real))
        return json.loads(text)

    def _content(self, operation: Operation, body: Any) -> tuple[str, Any]:
        form = self.example(operation, FORM)
        if form is None:
            return JSON, self.example(operation) if body is None else body
        sent = (form | (body or {})).items()
        return FORM, {name: self._file(name) or value for name, value in sent}

    def _file(self, name: str) -> SimpleUploadedFile | None:
        path = self.files.get(name)
        return SimpleUploadedFile(path.name, path.read_bytes()) if path else None

    def _path(self, operation: Operation) -> tuple[str, Any]:
        any_path = re.sub(r"{(\w+)}", lambda at: self.targets[at[1]], operation.path)
        rule = RULES[resolve(any_path).view_name]
        named = re.sub(
            r"{(\w+)}", lambda at: self.targets[rule.values.get(at[1], at[1])], operation.path
        )
        return named, rule


EXAMPLE_TRACK = str(TRACK["id"])
