"""A phone in one hand: four places and More, and nothing to hit that is smaller than a finger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tagger.models import Track, User
from tests.web import rows

from .conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SMALL = """() => [...document.querySelectorAll(
    "#page a, #page button, #page summary, #page select, .places a, .topbar summary")]
  .filter((part) => part.checkVisibility() && !part.closest("p, .words, .chips, .legend, .taggram"))
  .map((part) => [part.getBoundingClientRect(), part])
  .filter(([box]) => box.width > 1 && (box.height < 40 || box.width < 28))
  .map(([box, part]) => [box.width | 0, box.height | 0, part.outerHTML.slice(0, 80)].join(" "))"""


@pytest.fixture
def phone(chromium: Browser, live_server: Any, owner: User) -> Iterator[Page]:
    options = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    context = signed_in(chromium, live_server, owner, **options)
    yield context.new_page()
    context.close()


@pytest.fixture
def song(owner: User) -> Track:
    return rows.analysed(rows.track(owner, "Blue hour", artist="Mira"), guitar=0.9, rock=0.6)


def test_four_places_and_more_are_at_the_foot(phone: Page, song: Track) -> None:
    phone.goto("/")
    places = phone.get_by_role("navigation", name="Places")
    expect(places.get_by_role("link")).to_have_count(4)
    places.get_by_role("link", name="Map").tap()
    phone.wait_for_url("**/map/")
    expect(places.get_by_role("link", name="Map")).to_have_attribute("aria-current", "page")
    places.get_by_text("More", exact=True).tap()
    places.get_by_role("link", name="Tags").tap()
    expect(phone.get_by_role("heading", name="Tags", level=1)).to_be_visible()
    expect(places.get_by_role("link", name="Tags")).to_be_hidden()
    box = places.bounding_box()
    assert box is not None
    assert round(box["y"] + box["height"]) == 740


@pytest.mark.parametrize("path", ["/", "/review/", "/upload/", "/tags/", "track"])
def test_nothing_is_smaller_than_a_finger(phone: Page, song: Track, path: str) -> None:
    phone.goto(f"/tracks/{song.pk}/" if path == "track" else path)
    phone.wait_for_load_state("networkidle")
    assert phone.evaluate(SMALL) == []
