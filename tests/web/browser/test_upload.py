"""From a file to its tags, by a real browser, a real queue and a real network."""

from __future__ import annotations

import base64
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, Route, expect

from tagger.models import Track, User
from tests.forked import Started

from .conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PATIENCE = 120_000
UPLOAD = re.compile(r"/upload/(\?|$)")

DROP = """files => {
  const carried = new DataTransfer();
  for (const { name, content } of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([bytes], name));
  }
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.querySelector("#page").dispatchEvent(
      new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: carried }));
  }
}"""


def drop(web: Page, *paths: Path) -> None:
    files = [
        {"name": path.name, "content": base64.b64encode(path.read_bytes()).decode()}
        for path in paths
    ]
    web.evaluate(DROP, files)


def mark(web: Page) -> None:
    web.evaluate("window.stillHere = true")


def is_the_same_document(web: Page) -> bool:
    return bool(web.evaluate("window.stillHere === true"))


@pytest.mark.usefixtures("inference_worker")
def test_ten_songs_show_their_tags_without_a_reload(web: Page, ten_clips: list[Path]) -> None:
    web.goto("/upload/")
    mark(web)
    web.set_input_files("#files", ten_clips)
    expect(web.locator("#transfers > li")).to_have_count(10)
    expect(web.locator("#transfers").get_by_text("Done")).to_have_count(10, timeout=PATIENCE)
    assert is_the_same_document(web)
    assert web.locator("#transfers .chip").count() >= 10
    assert Track.objects.filter(state=Track.State.TAGGED).count() == 10
    web.get_by_role("link", name="Library").click()
    expect(web.get_by_role("heading", name="10 tracks")).to_be_visible()
    assert is_the_same_document(web)


@pytest.mark.usefixtures("inference_worker")
def test_a_file_that_arrives_while_the_last_answer_is_on_its_way_is_followed_too(
    web: Page, ten_clips: list[Path]
) -> None:
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_last_answer(route: Route) -> None:
        answer = route.fetch()
        if 'name="poll" value="0"' in answer.text() and not held:
            held.append((route, answer))
        else:
            route.fulfill(response=answer)

    web.route("**/live/", hold_the_last_answer)
    web.goto("/upload/")
    web.set_input_files("#files", ten_clips[0])
    while not held:
        web.wait_for_timeout(100)
    web.set_input_files("#files", ten_clips[1])
    expect(web.locator("#transfers > li.queued, #transfers > li.running")).to_have_count(2)
    route, answer = held[0]
    route.fulfill(response=answer)
    expect(web.locator("#transfers").get_by_text("Done")).to_have_count(2, timeout=PATIENCE)


@pytest.mark.usefixtures("inference_worker")
def test_a_file_that_arrives_before_the_list_does_is_shown(
    web: Page, ten_clips: list[Path]
) -> None:
    held: dict[str, Route] = {}
    web.goto("/tags/")
    web.route(UPLOAD, lambda route: held.update({route.request.method: route}))
    drop(web, ten_clips[0])
    web.get_by_role("link", name="Upload", exact=True).click()
    while len(held) < 2:
        web.wait_for_timeout(100)
    page_without_it = held["GET"].fetch()
    with web.expect_response(lambda answer: answer.request.method == "POST"):
        held["POST"].continue_()
    held["GET"].fulfill(response=page_without_it)
    expect(web.locator("#transfers").get_by_text("Done")).to_have_count(1, timeout=PATIENCE)


@pytest.mark.usefixtures("inference_worker")
def test_files_may_be_dropped_on_any_page(web: Page, ten_clips: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "shopping.mp3"
    bad.write_text("milk, bread, strings for the guitar\n" * 50)
    web.goto("/tags/")
    drop(web, ten_clips[0], bad, ten_clips[1])
    expect(web.locator("#tray-count")).to_have_text("2 of 3 uploaded, 1 not")
    web.get_by_role("link", name="Upload", exact=True).click()
    refused = web.locator(".transfer", has_text="shopping.mp3")
    expect(refused.locator(".reason")).to_contain_text(re.compile(r"\w+ .*\."))
    expect(web.locator("#transfers").get_by_text("Done")).to_have_count(2, timeout=PATIENCE)
    drop(web, ten_clips[1])
    expect(web.locator("#transfers").get_by_text("Already in your library")).to_be_visible()
    assert Track.objects.count() == 2


def test_closing_the_tab_loses_nothing(
    context: BrowserContext,
    web: Page,
    ten_clips: list[Path],
    inference_worker: Started,
) -> None:
    web.goto("/upload/")
    web.set_input_files("#files", ten_clips[:2])
    expect(web.locator("#transfers a.name")).to_have_count(2)
    web.close()
    again = context.new_page()
    again.goto("/upload/")
    expect(again.locator("#transfers").get_by_text("Done")).to_have_count(2, timeout=PATIENCE)


def test_a_file_the_page_can_see_is_wrong_is_never_sent(web: Page, tmp_path: Path) -> None:
    picture = tmp_path / "cover.png"
    picture.write_bytes(b"\x89PNG")
    web.goto("/upload/")
    drop(web, picture)
    row = web.locator(".transfer", has_text="cover.png")
    expect(row).to_contain_text("This is not an audio file Tonemark reads.")
    row.get_by_role("button", name="Take this row away").click()
    expect(row).to_have_count(0)


def test_a_folder_is_walked_through_and_keeps_its_paths(
    web: Page, owner: User, tmp_path: Path, ten_clips: list[Path]
) -> None:
    record = tmp_path / "Tideline" / "CD 1"
    record.mkdir(parents=True)
    for clip in ten_clips[:2]:
        shutil.copy(clip, record / clip.name)
    (record / "cover.png").write_bytes(b"\x89PNG")
    web.goto("/upload/")
    web.set_input_files("#folder", tmp_path / "Tideline")
    expect(web.locator("#tray-count")).to_have_text("All 2 uploaded")
    expect(web.locator("#tray-note")).to_have_text(re.compile("^1 other file"))
    expect(web.locator("#transfers > li")).to_have_count(2)
    assert sorted(Track.objects.values_list("imported_path", flat=True)) == sorted(
        f"Tideline/CD 1/{clip.name}" for clip in ten_clips[:2]
    )


def test_the_tray_goes_along_and_all_can_be_cancelled(web: Page, ten_clips: list[Path]) -> None:
    held: list[Route] = []
    web.goto("/tags/")
    web.route(UPLOAD, lambda route: _hold(route, held))
    drop(web, *ten_clips)
    tray = web.get_by_role("region", name=re.compile("^0 of 10 uploaded"))
    expect(tray).to_be_visible()
    web.get_by_role("link", name="Review").click()
    tray.get_by_text("Files", exact=True).click()
    expect(tray.locator(".transfer .file")).to_have_text([clip.name for clip in ten_clips])
    while len(held) < 3:
        web.wait_for_timeout(50)
    with web.expect_response(lambda answer: answer.request.method == "POST"):
        held[0].continue_()
    expect(web.locator("#tray-count")).to_have_text("1 of 10 uploaded")
    web.get_by_role("button", name="Cancel all").click()
    expect(web.locator("#tray-count")).to_have_text("All 1 uploaded")
    web.get_by_role("button", name="Close").click()
    expect(web.locator("#tray")).to_be_hidden()
    assert Track.objects.count() == 1


def _hold(route: Route, held: list[Route]) -> None:
    if route.request.method == "POST":
        held.append(route)
    else:
        route.continue_()


def test_without_scripts_the_form_uploads(
    chromium: Browser, live_server: Any, owner: User, ten_clips: list[Path]
) -> None:
    context = signed_in(chromium, live_server, owner, java_script_enabled=False)
    plain = context.new_page()
    plain.goto("/upload/")
    plain.set_input_files("#files", ten_clips[:2])
    plain.get_by_role("button", name="Upload").click()
    expect(plain.get_by_text("2 files uploaded.")).to_be_visible()
    expect(plain.locator("#transfers").get_by_text("Queued")).to_have_count(2)
    context.close()
