from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tagger.library.search import library
from tagger.models import Track, User
from tests.web import rows

from .conftest import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def shelf(owner: User) -> list[Track]:
    return [rows.analysed(rows.track(owner, f"Song {n:02}"), guitar=0.9) for n in range(52)]


def bar(web: Page) -> Locator:
    return web.get_by_role("form", name="With the selected tracks")


def box(web: Page, title: str) -> Locator:
    return web.get_by_role("checkbox", name=f"Select {title}")


@pytest.mark.usefixtures("shelf")
def test_a_range_is_ticked_and_judged(web: Page, owner: User) -> None:
    web.goto("/?ordering=title")
    expect(bar(web)).to_be_hidden()
    box(web, "Song 02").click()
    box(web, "Song 05").click(modifiers=["Shift"])
    expect(bar(web)).to_contain_text("4 selected")
    bar(web).get_by_label("Tag").fill("piano")
    bar(web).get_by_role("button", name="Accept").click()
    expect(web.get_by_text("piano accepted on 4 tracks.")).to_be_visible()
    expect(bar(web)).to_be_hidden()
    assert library(owner.personal_library).filter(track_tags__tag__slug="piano").count() == 4


@pytest.mark.usefixtures("shelf")
def test_a_deletion_is_undone_at_the_toast(web: Page, owner: User) -> None:
    web.goto("/?ordering=title")
    box(web, "Song 00").focus()
    web.keyboard.press("Space")
    bar(web).get_by_role("button", name="Delete").press("Enter")
    expect(web.get_by_role("heading", name="51 tracks")).to_be_visible()
    web.locator(".toast").get_by_role("button", name="Undo").click()
    expect(web.get_by_role("heading", name="52 tracks")).to_be_visible()
    assert library(owner.personal_library).count() == 52


@pytest.mark.usefixtures("shelf")
def test_the_whole_list_is_meant_beyond_the_page(web: Page, owner: User) -> None:
    web.goto("/?tag=guitar")
    whole = bar(web).get_by_label("all 52 of this list")
    web.get_by_label("Select all on this page").check()
    expect(bar(web)).to_contain_text("50 selected")
    whole.check()
    bar(web).get_by_role("button", name="Delete").click()
    expect(web.get_by_text("52 tracks are in the list.")).to_be_visible()
    web.get_by_role("button", name="Go ahead").click()
    expect(web.get_by_text("52 tracks deleted.")).to_be_visible()
    assert not library(owner.personal_library).exists()


@pytest.mark.usefixtures("shelf")
def test_escape_unticks_and_a_file_is_saved(web: Page) -> None:
    web.goto("/")
    web.get_by_label("Select all on this page").check()
    web.keyboard.press("Escape")
    expect(bar(web)).to_be_hidden()
    box(web, "Song 51").click()
    with web.expect_download() as saved:
        bar(web).get_by_role("button", name="CSV").click()
    assert saved.value.suggested_filename == "tracks.csv"
    assert len(saved.value.path().read_text().splitlines()) == 2
    expect(box(web, "Song 51")).to_be_checked()


def test_what_is_ticked_stays_so_while_jobs_end(web: Page, owner: User) -> None:
    rows.analysed(rows.track(owner, "Here"), guitar=0.9)
    web.goto("/")
    box(web, "Here").click()
    web.evaluate("htmx.trigger(document.body, 'work-ended')")
    web.wait_for_timeout(300)
    expect(box(web, "Here")).to_be_checked()
    expect(bar(web)).to_contain_text("1 selected")


def test_the_trash_is_worked_through_on_a_phone(
    chromium: Browser, live_server: Any, owner: User
) -> None:
    for n in range(3):
        rows.analysed(rows.track(owner, f"Song {n}"), guitar=0.9)
    context = signed_in(chromium, live_server, owner, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Select all on this page").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    bar(page).get_by_role("button", name="Delete").click()
    expect(page.get_by_text("3 tracks deleted.")).to_be_visible()
    page.goto("/trash/")
    page.get_by_role("button", name="Restore Song 1").click()
    expect(page).to_have_url(re.compile("/tracks/"))
    page.goto("/trash/")
    page.get_by_label("Select all on this page").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    bar(page).get_by_role("button", name="Delete for good").click()
    page.get_by_role("button", name="Go ahead").click()
    expect(page.get_by_text("The Trash is empty")).to_be_visible()
    assert Track.objects.count() == 1
    context.close()


def test_without_scripts_the_bar_is_there(chromium: Browser, live_server: Any, owner: User) -> None:
    rows.analysed(rows.track(owner, "Song"), guitar=0.9)
    context = signed_in(chromium, live_server, owner, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    box(page, "Song").click()
    bar(page).get_by_role("button", name="Delete").click()
    expect(page.get_by_text("1 track deleted.")).to_be_visible()
    context.close()
