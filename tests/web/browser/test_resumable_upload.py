"""A large file over a connection that drops, and over a reload of the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tagger.models import ResumableUpload, Track
from tests.audio_factory import music, write

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PARTS = re.compile(r"/api/v1/uploads/[0-9a-f-]+/$")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Six parts, the last one short."""
    return write(tmp_path / "A long evening.wav", music(60.0))


def parts_sent(page: Page) -> list[int]:
    """The offsets of the parts, as they are sent from now on."""
    offsets: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            offsets.append(int(request.headers["upload-offset"]))

    page.on("request", note)
    return offsets


def lose(page: Page, *, after: int, times: int) -> None:
    """The connection drops with the part that begins there or later, so many times."""
    lost = 0

    def drop(route: Route) -> None:
        nonlocal lost
        request = route.request
        if request.method == "PATCH" and int(request.headers["upload-offset"]) >= after:
            lost += 1
            if lost <= times:
                route.abort("connectionreset")
                return
        route.continue_()

    page.route(PARTS, drop)


def test_a_dropped_connection_is_no_matter(context: BrowserContext, large: Path) -> None:
    page = context.new_page()
    offsets = parts_sent(page)
    lose(page, after=2_000_000, times=1)
    page.goto("/upload/")
    page.set_input_files("#files", large)
    expect(page.locator("#transfers").get_by_text("Queued")).to_be_visible(timeout=60_000)
    assert offsets == [0, 1_000_000, 2_000_000, 2_000_000, 3_000_000, 4_000_000, 5_000_000]
    track = Track.objects.get()
    assert (track.title, track.file_size) == ("A long evening", large.stat().st_size)
    assert track.jobs.get().trigger == "web"


def test_a_page_that_was_reloaded_goes_on_with_the_same_file(
    context: BrowserContext, large: Path
) -> None:
    page = context.new_page()
    lose(page, after=3_000_000, times=1000)
    page.goto("/upload/")
    page.set_input_files("#files", large)
    while not ResumableUpload.objects.filter(offset__gte=3_000_000).exists():
        page.wait_for_timeout(100)
    page.close(run_before_unload=False)

    again = context.new_page()
    offsets = parts_sent(again)
    again.goto("/upload/")
    # What had arrived of the part that was on its way when the page closed is kept too.
    expect(again.locator("section", has_text="Unfinished")).to_contain_text(
        re.compile(r"(5[6-9]|6\d|7[0-5]) % of 5 MB")
    )
    again.set_input_files("#files", large)
    expect(again.locator("#transfers").get_by_text("Queued")).to_be_visible(timeout=60_000)
    expect(again.locator("[id^=unfinished-]")).to_have_count(0)
    assert 3_000_000 <= offsets[0] <= 4_000_000
    assert offsets == list(range(offsets[0], large.stat().st_size, 1_000_000))
    assert Track.objects.get().file_size == large.stat().st_size


def test_a_large_file_that_is_no_music_is_refused_with_the_reason(
    context: BrowserContext, tmp_path: Path
) -> None:
    bad = tmp_path / "diary.mp3"
    bad.write_text("milk, bread, strings for the guitar\n" * 40_000)
    web = context.new_page()  # its console speaks of the refusal
    web.goto("/upload/")
    web.set_input_files("#files", bad)
    row = web.locator(".transfer", has_text="diary.mp3")
    expect(row).to_have_attribute("data-state", "refused", timeout=60_000)
    expect(row).to_contain_text(re.compile(r"\w+ .*\."))
    row.get_by_role("button", name="Take this row away").click()
    expect(row).to_have_count(0)
    assert not Track.objects.exists()


def test_an_unfinished_upload_can_be_discarded(context: BrowserContext, large: Path) -> None:
    page = context.new_page()
    lose(page, after=1_000_000, times=1000)
    page.goto("/upload/")
    page.set_input_files("#files", large)
    while not ResumableUpload.objects.filter(offset=1_000_000).exists():
        page.wait_for_timeout(100)
    page.close(run_before_unload=False)
    again = context.new_page()
    again.goto("/upload/")
    again.get_by_role("button", name="Discard A long evening.wav").click()
    expect(again.get_by_text("Unfinished")).to_have_count(0)
    assert not ResumableUpload.objects.exists()
