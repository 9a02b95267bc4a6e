"""nginx with the template of compose.yaml, while there is no web server behind it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .stack import Stack
from .visitor import Visitor

BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not shutil.which("nginx") and not Path("/usr/sbin/nginx").exists():
        pytest.skip("there is no nginx here: apt-get install nginx-light")
    stack = Stack(tmp_path_factory.mktemp("proxy"))
    (stack.machine.folder / "log").mkdir()
    stack.proxy()
    stack.wait_for(lambda: answers(stack), "proxy")
    yield stack
    stack.stop()


def answers(stack: Stack) -> bool:
    try:
        return Visitor(stack.machine.proxy).get("/proxyz").status == 200
    except OSError:
        return False


def test_programs_are_told_to_come_back(alone: Stack) -> None:
    away = Visitor(alone.machine.proxy).get("/api/v1/tracks/")
    assert away.status == 503
    assert away.headers["Retry-After"] == "5"
    assert away.headers["Content-Type"] == "application/problem+json"
    assert away.json["type"] == "/api/v1/problems/unavailable/"


@pytest.mark.parametrize(
    ("language", "title"),
    [("en-GB,en", "Back in a moment"), ("de-DE,de;q=0.9,en", "Gleich wieder da"), ("", "Back")],
)
def test_people_read_a_page_in_their_language(alone: Stack, language: str, title: str) -> None:
    away = Visitor(alone.machine.proxy).get("/", **BROWSER, **{"Accept-Language": language})
    assert away.status == 503
    assert away.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"<h1>{title}" in away.body.decode()


def test_the_log_is_json_and_holds_no_search(alone: Stack) -> None:
    Visitor(alone.machine.proxy).get("/?q=something-private")
    written = [
        json.loads(line)
        for line in alone.log("proxy").read_text().splitlines()
        if line.startswith("{")
    ]
    asked = written[-1]
    assert (asked["method"], asked["path"], asked["status"]) == ("GET", "/", 503)
    assert len(asked["request_id"]) == 32
    assert "private" not in json.dumps(written)
