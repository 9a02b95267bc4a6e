"""A phone in one hand: four places and More, and nothing to hit that is smaller than a finger."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tagger.models import Job, Track, User
from tests.web import rows

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SMALL = """() => [...document.querySelectorAll(
    "#page a, #page button, #page summary, #page select, .places a, .topbar summary")]
  .filter((part) => part.checkVisibility() && !part.closest("p, .words, .chips, .legend, .taggram"))
  .map((part) => [part.getBoundingClientRect(), part])
  .filter(([box]) => box.width > 1 && (box.height < 40 || box.width < 28))
  .map(([box, part]) => [box.width | 0, box.height | 0, part.outerHTML.slice(0, 80)].join(" "))"""


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


SWIPE = """([row, distance]) => {
  const box = row.getBoundingClientRect();
  const at = (x) => [new Touch({ identifier: 1, target: row, clientX: x, clientY: box.top + 20 })];
  const send = (type, x) => row.dispatchEvent(
    new TouchEvent(type, { bubbles: true, cancelable: true, touches: x === null ? [] : at(x) }));
  send("touchstart", 180);
  for (let step = 1; step <= 10; step += 1) send("touchmove", 180 + (distance * step) / 10);
  const said = row.dataset.swipe;
  send("touchend", null);
  return said;
}"""


def swipe(phone: Page, distance: int) -> str:
    row = phone.locator(".track").first.element_handle()
    return str(phone.evaluate(SWIPE, [row, distance]))


def test_a_swipe_selects_or_plays_and_a_short_one_does_nothing(phone: Page, song: Track) -> None:
    phone.goto("/")
    picked = phone.locator(".pick input").first
    assert swipe(phone, 60) == "Select"
    expect(picked).not_to_be_checked()
    swipe(phone, 100)
    expect(picked).to_be_checked()
    swipe(phone, 100)
    expect(picked).not_to_be_checked()
    assert swipe(phone, -100) == "Play"
    expect(phone.get_by_role("region", name="Player")).to_be_visible()


def test_tables_are_cards(phone: Page, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    broken = rows.track(owner, "Broken", state=Track.State.FAILED)
    rows.job(broken, Job.State.FAILED, error_detail="The file is damaged.")
    phone.goto("/status/")
    cell = phone.get_by_role("cell", name="The file is damaged.")
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Reason"'
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_the_player_grows_to_the_whole_screen_and_back(phone: Page, song: Track) -> None:
    phone.goto("/")
    phone.get_by_role("button", name="Play Blue hour").tap()
    bar = phone.get_by_role("region", name="Player")
    phone.get_by_role("button", name="Large player").tap()
    box = bar.bounding_box()
    assert box is not None
    assert (box["width"], round(box["height"])) == (360, 740)
    expect(phone.locator("#player-cover .cover")).to_be_visible()
    expect(bar.get_by_role("slider", name="Position")).to_be_in_viewport(ratio=1)
    phone.get_by_role("button", name="Small player").tap()
    expect(phone.locator("#player-cover .cover")).to_be_hidden()
    phone.get_by_role("button", name="Large player").tap()
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("button", name="Large player")).to_be_focused()
    assert phone.evaluate("document.getElementById('page').inert") is False
