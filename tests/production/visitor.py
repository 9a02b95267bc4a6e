"""Somebody out there, seen through a proxy that speaks TLS."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from .compose import SITE


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Visitor:
    port: int
    token: str = ""
    secure: bool = True

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, b"", headers)

    def upload(self, file: Path) -> Answer:
        sound = SimpleUploadedFile(file.name, file.read_bytes())
        body = encode_multipart(BOUNDARY, {"file": sound})
        return self.send("POST", "/api/v1/tracks/", body, {"Content-Type": MULTIPART_CONTENT})

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, self._headers() | headers)
            response: HTTPResponse = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        headers = {"Host": SITE, "X-Forwarded-For": "203.0.113.9"}
        if self.secure:
            headers["X-Forwarded-Proto"] = "https"
        return headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})

    def finds_it_ready(self) -> bool:
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False
