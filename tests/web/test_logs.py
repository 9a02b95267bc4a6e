"""What the log says, and what it never does."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from tagger.accounts.tokens import make_token
from tagger.models import ApiToken, User
from tagger.platform.celery import request_id
from tagger.platform.celery.tasks import RUN_JOB
from tagger.platform.log_context import current_request_id, request_context
from webapp.settings import logs

from .rows import PASSWORD

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def written() -> Iterator[Lines]:
    """The lines of the JSON log, as production writes them."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    formatters = {"line": dict(logs.FORMATTERS["json"])}
    made = logging.config.DictConfigurator({"version": 1, "formatters": formatters})
    handler.setFormatter(made.configure_formatter(formatters["line"]))
    handler.addFilter(made.configure_filter(dict(logs.LOGGING["filters"]["context"])))
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def access(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["logger"] == "tagger.platform.http.access_log"]


def test_a_request_is_one_line_with_all_that_can_be_searched_for(
    page: Client, owner: User, written: Lines
) -> None:
    response = page.get("/tags/?q=secret+wish", headers={"User-Agent": "x"})
    (line,) = access(written())
    assert line["request_id"] == response["X-Request-ID"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/tags/", 200)
    assert (line["client"], line["user"]) == ("127.0.0.1", owner.pk)
    assert line["milliseconds"] >= 0
    assert line["job_id"] == "-"
    assert line["level"] == "INFO"


def test_the_proxys_id_is_taken_where_there_is_a_proxy(
    client: Client, settings: Any, db: None
) -> None:
    given = "a1b2c3d4e5f6"
    assert client.get("/sign-in/", headers={"X-Request-ID": given})["X-Request-ID"] != given
    settings.PROXIES = 1
    assert client.get("/sign-in/", headers={"X-Request-ID": given})["X-Request-ID"] == given
    forged = "id\nERROR all is lost"
    answered = client.get("/sign-in/", headers={"X-Request-ID": forged})["X-Request-ID"]
    assert answered.isalnum()


def test_a_task_says_which_request_asked_for_it_and_which_job_it_is(written: Lines) -> None:
    headers: dict[str, Any] = {}
    with request_context("request-1"):
        request_id._send_along(headers=headers)
    task: Any = SimpleNamespace(name=RUN_JOB, request=Request(headers))
    request_id._take_up(task=task, args=["job-1"])
    logging.getLogger("tagger").info("heard")
    request_id._put_down(task=task)
    logging.getLogger("tagger").info("after")
    during, after = written()
    assert (during["request_id"], during["job_id"]) == ("request-1", "job-1")
    assert (after["request_id"], after["job_id"]) == ("-", "-")
    assert current_request_id() == ""


class Request(SimpleNamespace):
    """Celery's own has the message's headers as attributes, and `get`."""

    def __init__(self, headers: dict[str, Any]) -> None:
        super().__init__(**headers)

    def get(self, name: str) -> Any:
        return getattr(self, name, None)


def test_no_secret_is_ever_written(
    owner: User, settings: Any, written: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_KEY = "the-key-of-the-metrics"
    token = make_token(owner, "sync", ApiToken.Scope.WRITE)[1]
    client = Client(raise_request_exception=False)
    client.post("/sign-in/", {"username": "owner", "password": "a-wrong-password"})
    client.post("/sign-in/", {"username": "a-password-in-the-wrong-field", "password": "x"})
    client.post("/sign-in/", {"username": "owner", "password": PASSWORD})
    session = client.cookies["sessionid"].value
    Client(headers={"Authorization": f"Bearer {token}"}).get(f"/api/v1/tracks/?token={token}")
    Client(headers={"Authorization": "Bearer tm_not_a_token_at_all"}).get("/api/v1/me/")
    Client(headers={"Authorization": "Bearer the-key-of-the-metrics"}).get("/metrics")
    monkeypatch.setattr("tagger.web.views.account.TokenForm", broken)
    assert client.post("/account/", {"name": "mine", "scope": "read"}).status_code == 500
    text = json.dumps(written())
    assert '"level": "ERROR"' in text
    for secret in (
        "a-wrong-password",
        "a-password-in-the-wrong-field",
        PASSWORD,
        token,
        "tm_not_a_token_at_all",
        "the-key-of-the-metrics",
        session,
        settings.SECRET_KEY,
    ):
        assert secret not in text, secret


def broken(*_: object) -> None:
    raise RuntimeError("a fault of ours")
