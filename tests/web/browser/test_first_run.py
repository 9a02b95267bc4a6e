"""An empty library: a sample of its own, or a recording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tagger.models import Track, User

from .chromium import ARGUMENTS, CHROMIUM
from .conftest import signed_in
from .witness import Witness

pytestmark = pytest.mark.browser


def test_the_sample_is_one_click_away(web: Page) -> None:
    web.goto("/")
    web.get_by_role("button", name="Listen to a sample").click()
    # Making it takes a second: what goes on is said meanwhile.
    expect(web.locator("form.sample [role=status]")).to_contain_text("a minute of music")
    expect(web.get_by_role("heading", name="Four bars, four lights")).to_be_visible(timeout=60_000)
    expect(web.get_by_text("Queued")).to_be_visible()


@contextmanager
def asked_for_the_microphone(
    chromium: Browser, live_server: Any, owner: User, answer: str
) -> Iterator[Page]:
    """A browser without windows cannot ask; this one answers for the person: nothing is yes."""
    arguments = [*ARGUMENTS, f"--use-fake-ui-for-media-stream={answer}"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    web = signed_in(browser, live_server, owner).new_page()
    witness = Witness(web, live_server.url)
    yield web
    witness.testify()
    browser.close()


def test_what_the_microphone_hears_is_uploaded(
    chromium: Browser, live_server: Any, owner: User
) -> None:
    with asked_for_the_microphone(chromium, live_server, owner, "") as web:
        web.goto("/")
        web.get_by_role("button", name="Record from the microphone").click()
        stop = web.get_by_role("button", name="Stop and upload")
        expect(web.get_by_text("Recording 0:02")).to_be_visible()
        stop.click()
        expect(web).to_have_url(re.compile("/upload/$"))
        expect(web.locator("#transfers a.name")).to_contain_text("Recording", timeout=60_000)
    made = Track.objects.get()
    assert (made.codec, made.file_name.endswith(".webm")) == ("opus", True)


def test_a_microphone_that_is_not_allowed_is_a_sentence(
    chromium: Browser, live_server: Any, owner: User
) -> None:
    with asked_for_the_microphone(chromium, live_server, owner, "deny") as web:
        web.goto("/upload/")
        web.get_by_role("button", name="Record from the microphone").click()
        expect(web.get_by_text("does not allow the microphone")).to_be_visible()
        expect(web.get_by_role("button", name="Record from the microphone")).to_be_visible()
    assert not Track.objects.exists()
