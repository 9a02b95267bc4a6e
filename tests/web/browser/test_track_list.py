"""The table of tracks: by keys, by menu, without an end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tagger.models import User
from tests.web import rows

pytestmark = pytest.mark.browser


@pytest.fixture
def shelf(owner: User) -> None:
    for title in ("Ash", "Beech", "Cedar"):
        rows.analysed(rows.track(owner, title), guitar=0.9)


def focused(web: Page) -> str:
    return str(web.evaluate("document.activeElement.textContent"))


def ticked(web: Page) -> int:
    return web.locator("tr.track .pick input:checked").count()


@pytest.mark.usefixtures("shelf")
def test_keys_go_from_track_to_track_and_tick(web: Page) -> None:
    web.goto("/?ordering=title")
    web.keyboard.press("j")
    assert focused(web) == "Ash"
    web.keyboard.press("j")
    web.keyboard.press("k")
    web.keyboard.press("x")
    assert ticked(web) == 1
    web.keyboard.press("Shift+J")
    web.keyboard.press("Shift+J")
    assert (focused(web), ticked(web)) == ("Cedar", 3)
    web.keyboard.press("q")
    web.keyboard.press("Enter")
    expect(web.get_by_role("heading", name="Cedar")).to_be_visible()


@pytest.mark.usefixtures("shelf")
def test_the_menu_of_a_row_opens_by_mouse_and_by_keys(web: Page) -> None:
    web.goto("/?ordering=title")
    web.get_by_role("link", name="Beech").click(button="right")
    menu = web.get_by_role("menu", name="Menu of the track")
    expect(menu.get_by_role("menuitem", name="Play", exact=True)).to_be_focused()
    expect(menu.get_by_role("menuitem", name="Hear guitar")).to_be_visible()
    web.keyboard.press("ArrowDown")
    web.keyboard.press("ArrowDown")
    web.keyboard.press("Enter")
    expect(menu).to_be_hidden()
    assert focused(web) == "Beech"
    web.get_by_role("button", name="Menu of Ash").click()
    menu.get_by_role("menuitem", name="Sounds like this").click()
    expect(web.get_by_role("heading", name="Sounds like")).to_be_visible()


@pytest.mark.usefixtures("shelf")
def test_a_deletion_from_the_menu_can_be_undone(web: Page) -> None:
    web.goto("/?ordering=title")
    web.get_by_role("button", name="Menu of Cedar").click()
    web.get_by_role("menuitem", name="Delete").click()
    expect(web.locator("tr.track")).to_have_count(2)
    web.get_by_role("button", name="Undo").click()
    expect(web.locator("tr.track")).to_have_count(3)


@pytest.mark.parametrize(
    "columns",
    ["wave.tags.bpm", "artist.album.wave.tags.bpm.key.camelot.year.length.rating.added"],
    ids=["few columns", "all columns"],
)
def test_the_heads_of_columns_stay_in_sight(web: Page, owner: User, columns: str) -> None:
    for number in range(40):
        rows.track(owner, f"{number:03}")
    web.goto("/?ordering=title")
    web.context.add_cookies([{"name": "list", "value": f"dense!{columns}", "url": web.url}])
    web.reload()
    shown = len(columns.split(".")) + 1
    heads = web.locator("table.tracks th[scope=col]")
    expect(heads).to_have_count(shown)
    web.locator("tr.track").last.scroll_into_view_if_needed()
    bar = web.locator("header").first.bounding_box()
    assert bar is not None

    def places() -> list[tuple[float, float]]:
        boxes = [heads.nth(at).bounding_box() for at in range(shown)]
        return [(box["y"], box["x"]) for box in boxes if box]

    # Below the bar of the page, not behind it, and over the rows.
    expect(heads.first).to_be_in_viewport(ratio=0.9)
    assert {round(y) for y, _ in places()} == {round(places()[0][0])}
    assert bar["y"] + bar["height"] - 1 <= places()[0][0] <= bar["y"] + bar["height"] + 8
    heads.last.scroll_into_view_if_needed()
    cells = web.locator("tr.track").last.locator("td")
    for at, (_, x) in enumerate(places()):
        cell = cells.nth(at + 2).bounding_box()
        assert cell is not None
        assert abs(cell["x"] - x) < 1
    # They can still be pressed.
    web.get_by_role("link", name="Title", exact=True).click()
    expect(web).to_have_url(re.compile("ordering=-title"))


def test_a_long_list_goes_on_and_its_address_with_it(web: Page, owner: User) -> None:
    for number in range(120):
        rows.track(owner, f"{number:03}")
    web.goto("/?ordering=title")
    titles = web.locator("tr.track .title")
    expect(titles.first).to_have_text("000")
    titles.last.scroll_into_view_if_needed()
    expect(titles).not_to_have_count(50)
    titles.last.scroll_into_view_if_needed()
    expect(titles).to_have_count(120)
    titles.last.scroll_into_view_if_needed()
    expect(web).to_have_url(re.compile(r"page=3"))
    web.get_by_label("Select 115").check()
    expect(web.get_by_text("1 selected")).to_be_visible()
    web.reload()
    expect(titles.first).to_have_text("100")


@pytest.mark.usefixtures("shelf")
def test_columns_are_chosen_without_leaving_the_list(web: Page) -> None:
    web.goto("/")
    web.get_by_label("Columns and density").click()
    web.get_by_role("checkbox", name="Camelot").check()
    expect(web.get_by_role("columnheader", name="Camelot")).to_be_visible()
    web.get_by_label("dense").check()
    expect(web.locator("table.dense")).to_be_visible()
    web.get_by_role("link", name="Title", exact=True).click()
    expect(web).to_have_url(re.compile("ordering=title"))
    expect(web.get_by_role("columnheader", name="Title")).to_have_attribute(
        "aria-sort", "ascending"
    )


@pytest.mark.usefixtures("shelf")
def test_one_search_narrows_what_the_list_shows(web: Page) -> None:
    web.goto("/?tag=guitar&ordering=title")
    web.keyboard.press("/")
    web.keyboard.type("beech")
    web.keyboard.press("Enter")
    expect(web.locator("tr.track .title")).to_have_text(["Beech"])
    expect(web).to_have_url(re.compile(r"q=beech.*tag=guitar|tag=guitar.*q=beech"))


@pytest.mark.usefixtures("shelf")
def test_a_title_opens_without_a_new_page_so_that_music_goes_on(web: Page) -> None:
    web.goto("/?ordering=title")
    web.evaluate("window.same = true")
    web.get_by_role("link", name="Beech").click()
    expect(web.get_by_role("heading", name="Beech")).to_be_visible()
    assert web.evaluate("window.same === true")
