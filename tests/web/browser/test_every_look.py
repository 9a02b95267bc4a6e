"""A day in each look, light and dark, wide and on a phone: from an empty library to a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mutagen
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tagger.library.map import request_map
from tagger.models import Job, Track, User
from tagger.tasks import run_job
from tests.web import rows

from .conftest import signed_in
from .witness import Witness

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE = 120_000
LOOKS = [(theme, width) for theme in ("light", "dark") for width in (1280, 360)]
# Here what moves does move: other tests' browsers ask for less of it, which spares them work.
MOVING: dict[str, Any] = {"reduced_motion": "no-preference"}
SAMPLE = "Four bars, four lights"
# What has moved by itself since the page was opened: above 0.25 the web calls it poor.
COUNT_JUMPS = """
window.jumped = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.jumped += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
LOOK = """() => {
  const paper = getComputedStyle(document.documentElement).backgroundColor;
  const [red, green, blue] = paper.match(/[0-9]+/g);
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [light > 127 ? "light" : "dark", document.documentElement.scrollWidth, window.jumped];
}"""


class Day:
    """One person's pages in one look; each is looked at before anything is done there."""

    def __init__(self, page: Page, theme: str, width: int) -> None:
        self.page, self.theme, self.width = page, theme, width

    def opens(self, path: str, ready: str) -> None:
        self.page.goto(path)
        expect(self.page.locator(ready).first).to_be_visible()
        self.looks_right()

    def looks_right(self) -> None:
        theme, wide, jumped = self.page.evaluate(LOOK)
        assert (theme, wide) == (self.theme, self.width), self.page.url
        assert jumped < 0.25, f"{self.page.url} jumped by {jumped}"

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def saves(self, control: Locator) -> Path:
        with self.page.expect_download() as download:
            control.click()
        return Path(download.value.path())


@pytest.fixture
def owner(owner: User) -> User:
    """Sees the status of the installation as well."""
    owner.is_staff = True
    owner.save()
    return owner


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]}")
def day(request: Any, chromium: Browser, live_server: Any, owner: User) -> Iterator[Day]:
    theme, width = request.param
    viewport = {"width": width, "height": 800}
    context = signed_in(
        chromium, live_server, owner, viewport=viewport, color_scheme=theme, **MOVING
    )
    context.add_init_script(COUNT_JUMPS)
    page = context.new_page()
    witness = Witness(page, live_server.url)
    yield Day(page, theme, width)
    witness.testify()
    context.close()


def test_a_day_from_the_first_track_to_the_last_file(day: Day, owner: User) -> None:
    song = first_run(day, owner)
    library_for_a_day(owner)
    the_track(day, song)
    its_tags(day, song)
    the_review(day)
    the_library(day)
    what_is_alike(day)
    the_map(day, owner)
    out_again(day, song)
    the_status(day)


def first_run(day: Day, owner: User) -> Track:
    rows.active_model()
    day.opens("/", ".empty")
    day.button("Listen to a sample").click()
    expect(day.page.get_by_role("heading", name=SAMPLE)).to_be_visible(timeout=PATIENCE)
    return analyse(
        Track.objects.get(library=owner.personal_library), guitar=0.9, rock=0.6, harp=0.5
    )


def analyse(track: Track, **scores: Any) -> Track:
    """A worker's part is played here: a browser test need not start one."""
    rows.analysed(track, segments=22, **scores)
    Job.objects.filter(track=track).update(state=Job.State.SUCCEEDED)
    Track.objects.filter(pk=track.pk).update(bpm=117.5, key="F#m", music_state="analysed")
    return track


def library_for_a_day(owner: User) -> None:
    for n in range(5):
        near = rows.direction(10 + n)
        rows.analysed(rows.track(owner, f"Song {n}"), segments=22, embedding=near, piano=0.8)
    broken = rows.track(owner, "Broken", state=Track.State.FAILED)
    rows.job(broken, Job.State.FAILED, error_detail="The file is damaged.")


def the_track(day: Day, song: Track) -> None:
    day.opens(f"/tracks/{song.pk}/", "#wave canvas")
    expect(day.page.get_by_text("118 BPM")).to_be_visible()
    lane = day.page.locator(".taggram-row", has_text="guitar").locator("canvas")
    box = lane.bounding_box()
    assert box is not None
    lane.click(position={"x": box["width"] * 0.75, "y": 5})
    position = day.page.get_by_role("slider", name="Position").first
    expect(position).to_have_attribute("aria-valuetext", re.compile(r"^0:4\d of"))
    day.page.keyboard.press("Space")


def its_tags(day: Day, song: Track) -> None:
    day.button("guitar is wrong").click()
    expect(day.page.get_by_text("guitar rejected.")).to_be_visible()
    day.page.keyboard.press("u")
    expect(day.page.get_by_text("back to the model")).to_be_visible()
    day.button("rock is right").click()
    expect(day.page.get_by_text("rock accepted.")).to_be_visible()
    verdicts = song.verdicts.filter(withdrawn_at=None)
    assert list(verdicts.values_list("tag__slug", "answer")) == [("rock", "accepted")]


def the_review(day: Day) -> None:
    day.opens("/review/", "#question")
    expect(day.page.get_by_role("heading", name="harp here?")).to_be_visible()
    day.page.keyboard.press("y")
    expect(day.page.get_by_text("1 answered")).to_be_visible()


def the_library(day: Day) -> None:
    day.opens("/", ".track")
    if day.width < 900:
        day.page.get_by_text("Filter", exact=True).click()
    day.page.get_by_role("link", name="piano 5").click()
    expect(day.page.locator(".track .title")).to_have_count(5)
    day.page.get_by_label("Select all on this page").check()
    expect(day.page.get_by_role("form", name="With the selected tracks")).to_contain_text("5 sel")
    day.looks_right()


def what_is_alike(day: Day) -> None:
    day.button("Sounds like these").click()
    expect(day.page.locator(".similar .title")).to_have_text([SAMPLE])
    day.looks_right()


def the_map(day: Day, owner: User) -> None:
    run_job(str(request_map(owner.personal_library, by=owner, trigger=Job.Trigger.WEB).pk))
    day.opens("/map/", "#map[data-drawn='6']")
    day.page.get_by_role("application").focus()
    day.page.keyboard.press("ArrowRight")
    expect(day.page.locator("#map-spot")).to_have_text(re.compile("Song|bars"))


def out_again(day: Day, song: Track) -> None:
    original = Path(song.file.path).read_bytes()
    day.opens("/?tag=rock", ".track")
    for name, content in {"CSV": "rock", "JSON": '"rock"', "M3U8": "#EXTM3U"}.items():
        assert content in day.saves(day.page.locator(f".export >> text={name}")).read_text()
    day.opens(f"/tracks/{song.pk}/", "#wave canvas")
    copy = day.saves(day.page.get_by_role("link", name="With tags"))
    assert "rock" in mutagen.File(copy).tags["TONEMARK_TAGS"]
    assert Path(song.file.path).read_bytes() == original


def the_status(day: Day) -> None:
    day.opens("/status/", "#failed")
    if day.width < 700:
        day.page.get_by_role("navigation", name="Places").get_by_text("More", exact=True).click()
    expect(day.page.get_by_role("link", name="Status")).to_be_in_viewport(ratio=1)
    day.page.keyboard.press("Escape")
    expect(day.page.get_by_role("cell", name="The file is damaged.")).to_be_visible()
    day.button("Retry 1 failed").click()
    expect(day.page.get_by_text("1 job is queued again.")).to_be_visible()
    day.opens("/jobs/", "#jobs")
    expect(day.page.get_by_role("link", name="Broken")).to_have_count(2)
