from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tagger.models import User
from tagger.operations.bootstrap import ensure_model, ensure_vocabulary
from tests.forked import Started
from tests.web import rows

from .chromium import ARGUMENTS, CHROMIUM
from .clips import clips
from .witness import Witness
from .worker import worker

PATIENCE = 30_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; the tests' own queries are not asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # A busy machine may take its time.
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def owner(transactional_db: None) -> User:
    ensure_vocabulary()
    return rows.person("owner")


@pytest.fixture
def inference_worker(owner: User, tmp_path: Path) -> Iterator[Started]:
    ensure_model()
    with worker(tmp_path / "worker.log") as process:
        yield process


@pytest.fixture
def context(chromium: Browser, live_server: Any, owner: User) -> Iterator[BrowserContext]:
    context = signed_in(chromium, live_server, owner)
    yield context
    context.close()


def signed_in(chromium: Browser, live_server: Any, person: User, **options: Any) -> BrowserContext:
    client = Client()
    client.force_login(person)
    options = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce"} | options
    context = chromium.new_context(base_url=live_server.url, **options)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def web(context: BrowserContext, live_server: Any) -> Iterator[Page]:
    """A page whose console must stay silent and which must ask no foreign host for anything."""
    page = context.new_page()
    witness = Witness(page, live_server.url)
    yield page
    witness.testify()


@pytest.fixture
def quiet(context: BrowserContext) -> Page:
    """A page whose console may complain, for tests in which the network fails."""
    return context.new_page()


@pytest.fixture
def phone(chromium: Browser, live_server: Any, owner: User) -> Iterator[Page]:
    options = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    context = signed_in(chromium, live_server, owner, **options)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def ten_clips(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return clips(10, tmp_path_factory.mktemp("clips"))
