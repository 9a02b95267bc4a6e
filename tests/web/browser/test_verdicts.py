"""A verdict shows at once, and is put right when the server says no or is away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tagger.models import Track, User
from tests.web import rows

pytestmark = pytest.mark.browser

ADDRESS = re.compile("/tags/guitar/$")


@pytest.fixture
def song(owner: User) -> Track:
    return rows.analysed(rows.track(owner, "Blue hour"), guitar=0.9, rock=0.6)


@pytest.fixture
def opened(quiet: Page, song: Track) -> Page:
    quiet.goto(f"/tracks/{song.pk}/")
    expect(guitar(quiet)).to_have_attribute("data-key", "2")
    return quiet


def guitar(page: Page) -> Locator:
    return page.locator('.tag-row[data-tag="guitar"]')


def wrong(page: Page) -> Locator:
    return page.get_by_role("button", name="guitar is wrong")


def test_a_verdict_shows_before_the_server_has_answered(opened: Page, song: Track) -> None:
    held: list[Route] = []
    opened.route(ADDRESS, lambda route: held.append(route))
    wrong(opened).click()
    expect(wrong(opened)).to_have_attribute("aria-pressed", "true")
    expect(guitar(opened)).to_have_class(re.compile("doubted"))
    assert not song.verdicts.exists()
    held[0].continue_()
    expect(opened.get_by_text("guitar rejected.")).to_be_visible()
    assert song.verdicts.filter(answer="rejected").exists()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "The server cannot be reached"),
        (403, "Your sign-in has changed"),
        (404, "has been deleted"),
        (429, "The server is busy"),
        (500, "Reload the page"),
    ],
)
def test_what_the_server_does_not_take_is_put_right(
    opened: Page, song: Track, status: int, words: str
) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=status, body="") if status else route.abort()

    opened.route(ADDRESS, refuse)
    wrong(opened).click()
    said = opened.locator("#tags .undo")
    expect(said).to_contain_text(words)
    expect(said).to_contain_text("guitar is as it was")
    expect(wrong(opened)).to_have_attribute("aria-pressed", "false")
    expect(guitar(opened)).not_to_have_class(re.compile("doubted"))
    expect(opened.locator("#trouble")).to_be_hidden()
    opened.unroute(ADDRESS)
    wrong(opened).click()
    expect(opened.get_by_text("guitar rejected.")).to_be_visible()
