"""A tab older than its person's sign-in, and what is said when something fails."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, Route, expect

from tagger.models import Track, User
from tests.audio_factory import music, write
from tests.web import rows

pytestmark = pytest.mark.browser
UPLOAD = re.compile(r"/upload/(\?|$)")
REVIEW = re.compile(r"/review/(\?|$)")
REASONS = [
    (0, "The server cannot be reached"),
    (403, "Your sign-in has changed"),
    (413, "larger than the server, or a proxy"),
    (503, "The server is busy"),
    (500, "The server could not do that"),
]


@pytest.fixture
def song(owner: User) -> Track:
    return rows.analysed(rows.track(owner, "Blue hour"), guitar=0.9, rock=0.6)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write(tmp_path / "short.mp3", music(3.0))


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Three parts."""
    return write(tmp_path / "long.wav", music(30.0))


def sign_in_again(context: BrowserContext, live_server: Any, person: User) -> None:
    """As another tab does: a new session and another CSRF token."""
    client = Client()
    client.force_login(person)
    session = client.cookies["sessionid"].value
    cookies = {"sessionid": session, "csrftoken": "b" * 32}
    context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in cookies.items()]
    )


def test_everything_goes_on_in_a_tab_older_than_the_sign_in(
    context: BrowserContext, web: Page, song: Track, small: Path, large: Path, live_server: Any
) -> None:
    assert rows.owner_of(song)
    web.goto(f"/tracks/{song.pk}/")
    sign_in_again(context, live_server, rows.owner_of(song))
    web.get_by_role("button", name="guitar is wrong").click()
    expect(web.get_by_text("guitar rejected.")).to_be_visible()
    web.get_by_role("link", name="Upload", exact=True).click()
    sign_in_again(context, live_server, rows.owner_of(song))
    web.set_input_files("#files", [small, large])
    expect(web.locator("#transfers").get_by_text("Queued")).to_have_count(2)
    web.goto("/")
    sign_in_again(context, live_server, rows.owner_of(song))
    web.locator(".topbar .account summary").click()
    web.get_by_role("button", name="Sign out").click()
    expect(web.get_by_role("button", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(("status", "words"), REASONS)
def test_a_small_upload_says_why_it_was_not_taken(
    quiet: Page, small: Path, status: int, words: str
) -> None:
    quiet.goto("/upload/")
    quiet.route(UPLOAD, _answering(status))
    quiet.set_input_files("#files", small)
    row = quiet.locator(".transfer", has_text="short.mp3")
    expect(row).to_contain_text(words)
    quiet.unroute(UPLOAD)
    row.get_by_role("button", name="Try again").click()
    expect(quiet.locator("#transfers").get_by_text("Queued")).to_be_visible()


@pytest.mark.parametrize(("status", "words"), [(403, "Your sign-in has changed"), REASONS[2]])
def test_a_large_upload_says_the_same(quiet: Page, large: Path, status: int, words: str) -> None:
    quiet.goto("/upload/")
    quiet.route("**/api/v1/uploads/**", _answering(status))
    quiet.set_input_files("#files", large)
    expect(quiet.locator(".transfer", has_text="long.wav")).to_contain_text(words)


def test_who_is_signed_out_is_told_so(
    context: BrowserContext, quiet: Page, small: Path, large: Path
) -> None:
    quiet.goto("/upload/")
    context.clear_cookies(name="sessionid")
    quiet.set_input_files("#files", [small, large])
    expect(quiet.locator(".transfer").get_by_text("You have been signed out.")).to_have_count(2)


@pytest.mark.parametrize(("status", "words"), REASONS)
def test_an_answer_that_fails_leaves_the_review_and_says_why(
    quiet: Page, song: Track, status: int, words: str
) -> None:
    assert rows.owner_of(song)
    rows.analysed(rows.track(rows.owner_of(song), "Doubtful"), harp=0.5)
    quiet.goto("/review/")
    quiet.route(REVIEW, _answering(status))
    quiet.get_by_role("button", name="Not sure").click()
    expect(quiet.locator("#trouble")).to_contain_text(words)
    expect(quiet.locator("#question")).to_be_visible()


def _answering(status: int) -> Any:
    """As a proxy does: the status, and a page of its own."""

    def answer(route: Route) -> None:
        if route.request.method == "GET":
            route.continue_()
        elif status:
            route.fulfill(status=status, body="<h1>nginx</h1>", content_type="text/html")
        else:
            route.abort()

    return answer
