"""Two people at two browsers: one invites, the other comes in and may listen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tagger.libraries.manage import make_library
from tagger.models import Library, Track, User
from tests.web import rows

from .conftest import signed_in
from .witness import Witness

pytestmark = pytest.mark.browser


@pytest.fixture
def archive(owner: User) -> Library:
    return make_library(owner, "Station archive")


@pytest.fixture
def song(owner: User, archive: Library) -> Track:
    return rows.analysed(rows.track(owner, "Blue hour", library=archive), guitar=0.9, rock=0.6)


@pytest.fixture
def mira(chromium: Browser, live_server: Any, owner: User) -> Iterator[Page]:
    """The browser of the second person."""
    context = signed_in(chromium, live_server, rows.person("mira"))
    page = context.new_page()
    witness = Witness(page, live_server.url)
    yield page
    witness.testify()
    context.close()


def test_who_is_invited_listens_and_is_shown_nothing_to_change(
    web: Page, mira: Page, archive: Library, song: Track
) -> None:
    web.goto(f"/libraries/{archive.pk}/")
    web.get_by_label("Account").fill("mira")
    web.locator("form.invite").get_by_role("button", name="Invite").click()
    expect(web.get_by_text("mira is invited.")).to_be_visible()
    mira.goto("/libraries/")
    mira.get_by_role("button", name="Accept").click()
    mira.locator("a.title", has_text="Blue hour").click()
    expect(mira.get_by_role("heading", name="Blue hour", level=1)).to_be_visible()
    for name in ("guitar is wrong", "Delete", "Analyse again"):
        expect(mira.get_by_role("button", name=name)).to_have_count(0)
    expect(mira.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
