from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tagger.library.map import request_map
from tagger.models import Job, User
from tagger.tasks import run_job
from tests.web import rows

from .conftest import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def drawn(owner: User) -> None:
    for n in range(8):
        rocks = n < 4
        angle = rows.direction(n if rocks else 90 + n)
        made = rows.track(owner, f"Song {n}")
        rows.analysed(made, embedding=angle, rock=0.9 * rocks, ambient=0.9 * (not rocks))
    run_job(str(request_map(owner.personal_library, by=owner, trigger=Job.Trigger.WEB).pk))


@pytest.mark.usefixtures("drawn")
def test_the_map_is_walked_by_keyboard_and_opens_a_track(web: Page) -> None:
    web.goto("/map/")
    expect(web.locator("#map")).to_have_attribute("data-drawn", "8")
    canvas = web.get_by_role("application")
    canvas.focus()
    web.keyboard.press("+")
    web.keyboard.press("ArrowRight")
    spot = web.locator("#map-spot")
    expect(spot).to_have_text(re.compile(r"Song \d"))
    title = spot.inner_text()
    expect(web.locator(".map-card .chip").first).to_have_text(re.compile("rock|ambient"))
    expect(web.get_by_role("button", name=f"Play {title}")).to_be_visible()
    web.keyboard.press("Enter")
    expect(web.get_by_role("heading", name=title)).to_be_visible()


@pytest.mark.usefixtures("drawn")
def test_a_tag_lights_up_and_a_point_is_clicked(web: Page) -> None:
    web.goto("/map/?tag=rock")
    expect(web.locator("#map")).to_have_attribute("data-drawn", "4")
    light = web.locator("#map-legend").get_by_role("button", name="rock")
    light.click()
    expect(light).to_have_attribute("aria-pressed", "true")
    canvas = web.get_by_role("application")
    canvas.focus()
    web.keyboard.press("ArrowLeft")
    expect(web.locator("#map-spot")).to_have_text(re.compile(r"Song \d"))
    title = web.locator("#map-spot").inner_text()
    web.keyboard.press("+")  # puts it into the middle
    canvas.click()
    expect(web.get_by_role("heading", name=title)).to_be_visible()


@pytest.mark.usefixtures("drawn")
def test_tracks_are_gone_around_and_become_a_list(web: Page) -> None:
    web.goto("/map/")
    expect(web.locator("#map")).to_have_attribute("data-drawn", "8")
    expect(web.locator(".map-regions span")).to_have_count(2)
    box = web.get_by_role("application").bounding_box()
    assert box is not None
    web.get_by_role("button", name="Go around").click()
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98)]
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    web.mouse.move(*places[0])
    web.mouse.down()
    for place in places[1:]:
        web.mouse.move(*place, steps=8)
    web.mouse.up()
    expect(web.locator(".map-chosen output")).to_have_text("8 tracks")
    web.get_by_role("button", name="As a list").click()
    expect(web.get_by_role("heading", name="8 tracks")).to_be_visible()
    expect(web.get_by_role("list", name="Conditions")).to_contain_text("a part of the map")


def test_a_phone_draws_and_a_page_without_scripts_lists(
    chromium: Browser, live_server: Any, owner: User, drawn: None
) -> None:
    context = signed_in(chromium, live_server, owner, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto("/map/")
    expect(page.locator("#map")).to_have_attribute("data-drawn", "8")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
    context = signed_in(chromium, live_server, owner, java_script_enabled=False)
    page = context.new_page()
    page.goto("/map/")
    expect(page.get_by_role("link", name="Song 3")).to_be_visible()
    context.close()
