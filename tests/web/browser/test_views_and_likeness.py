"""Queries kept under names, and tracks like others: both narrowed by the library's own form."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tagger.models import SavedView, Track, User
from tests.web import rows

pytestmark = pytest.mark.browser


@pytest.fixture
def shelf(owner: User) -> Track:
    rows.analysed(rows.track(owner, "Evening"), embedding=rows.direction(20), guitar=0.7, piano=0.8)
    rows.analysed(rows.track(owner, "Harbour"), embedding=rows.direction(80), piano=0.6)
    return rows.analysed(rows.track(owner, "Blue hour"), embedding=rows.direction(0), guitar=0.9)


@pytest.mark.usefixtures("shelf")
def test_a_view_is_saved_opened_renamed_and_deleted(web: Page) -> None:
    web.goto("/")
    titles = web.locator(".track .title")
    expect(titles).to_have_count(3)
    web.get_by_role("link", name="piano 2").click()
    expect(titles).to_have_count(2)
    web.get_by_label("Name of this view").fill("Pianos")
    web.keyboard.press("Enter")
    expect(web.get_by_text("Saved: Pianos")).to_be_visible()
    views = web.get_by_role("navigation", name="Saved views")
    expect(views.get_by_role("link", name="Pianos")).to_have_attribute("aria-current", "page")
    web.get_by_role("link", name="Library", exact=True).click()
    expect(titles).to_have_count(3)
    views.get_by_role("link", name="Pianos").click()
    expect(titles).to_have_count(2)
    expect(web).to_have_url(re.compile(r"/\?tag=piano$"))
    views.get_by_role("link", name="Edit").click()
    web.get_by_label("Name of Pianos").fill("All pianos")
    web.get_by_role("button", name="Rename").click()
    expect(web.get_by_label("Name of All pianos")).to_be_visible()
    web.get_by_role("button", name="Delete All pianos").click()
    expect(web.get_by_text("None yet.")).to_be_visible()
    assert not SavedView.objects.exists()


@pytest.mark.usefixtures("shelf")
def test_tracks_like_others_are_found_and_narrowed(web: Page) -> None:
    web.goto("/?ordering=title")
    web.get_by_role("checkbox", name="Select Blue hour").check()
    web.get_by_role("button", name="Sounds like these").click()
    titles = web.locator(".similar .title")
    expect(titles).to_have_text(["Evening", "Harbour"])
    web.get_by_role("link", name="Leave out guitar").click()
    expect(titles).to_have_text(["Harbour"])
    web.get_by_role("link", name="not guitar").click()
    expect(titles).to_have_count(2)
    web.locator("#more-conditions > summary").click()
    web.get_by_label("Raw score at least").fill("0.7")
    expect(titles).to_have_text(["Evening"])
    expect(web).to_have_url(re.compile(r"/similar/\?like=[0-9a-f-]+&tag_min=0\.7"))
    web.get_by_role("link", name="Clear all").click()
    expect(titles).to_have_count(2)
    web.get_by_role("link", name="More like Harbour").click()
    examples = web.get_by_role("list", name="Examples")
    expect(examples.get_by_role("link")).to_have_text(["Blue hour", "Harbour"])
    expect(titles).to_have_text(["Evening"])
    examples.get_by_role("link", name="Blue hour").click()
    web.get_by_role("link", name="Less like Blue hour").click()
    expect(examples.get_by_role("link")).to_have_text(["Harbour", "less like Blue hour"])
    web.go_back()
    expect(titles).to_have_text(["Evening", "Blue hour"])
