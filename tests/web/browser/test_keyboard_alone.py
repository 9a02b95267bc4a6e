"""A day's work without a mouse: upload, review, filter, export."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tagger.models import Job, Track, User
from tests.audio_factory import music, write
from tests.web import rows

pytestmark = pytest.mark.browser

MOST_TABS = 150
# Whether the focus is on the element, and what has it unseen.
FOCUS = """wanted => {
  const at = document.activeElement;
  if (at === document.body || at.id === "page") return [false, ""];
  const shown = at.closest("label, .drop") ?? document.querySelector(`label[for="${at.id}"].drop`);
  const { width, height } = at.getBoundingClientRect();
  const marked = [at, shown].some((part) => {
    if (!part) return false;
    const { outlineStyle, outlineWidth } = getComputedStyle(part);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  return [at === wanted, marked && width && height ? "" : at.outerHTML.slice(0, 200)];
}"""


def tab_to(web: Page, wanted: Locator) -> None:
    """From control to control until this one has the focus; each shows that it has it."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        web.keyboard.press("Tab")
        reached, unseen = wanted.evaluate(FOCUS)
        assert not unseen
        if reached:
            return
    raise AssertionError(f"{wanted} cannot be reached by the Tab key")


def press(web: Page, wanted: Locator, key: str = "Enter") -> None:
    tab_to(web, wanted)
    web.keyboard.press(key)


def analyse(owner: User) -> None:
    """A worker's part is played here: a browser test need not start one."""
    made = Track.objects.get(library=owner.personal_library)
    rows.analysed(made, segments=4, guitar=0.95, harp=0.5, piano=0.55)
    Job.objects.filter(kind=Job.Kind.TAG_TRACK).update(state=Job.State.SUCCEEDED)


def test_upload_review_filter_and_export_without_a_mouse(
    web: Page, owner: User, tmp_path: Path
) -> None:
    rows.active_model()
    song = write(tmp_path / "blue.mp3", music(12), metadata={"title": "Blue hour"})
    web.goto("/")
    press(web, web.get_by_role("link", name="Skip to content"))
    tab_to(web, web.locator("#page a, #page button").first)
    press(web, web.get_by_role("navigation", name="Pages").get_by_role("link", name="Upload"))
    with web.expect_file_chooser() as chooser:
        press(web, web.locator("#files"))
    chooser.value.set_files(song)
    expect(web.locator("#transfers > li")).to_have_count(1)
    expect(web.locator("#transfers").get_by_role("link", name="Blue hour")).to_be_visible()
    analyse(owner)
    expect(web.locator("#transfers").get_by_text("Done")).to_be_visible()
    press(web, web.get_by_role("link", name="Review"))
    expect(web.get_by_role("heading", name="harp here?")).to_be_visible()
    web.keyboard.press("y")
    expect(web.get_by_role("heading", name="piano here?")).to_be_visible()
    press(web, web.get_by_role("button", name="No n"), "Space")
    expect(web.get_by_role("heading", name="That was all")).to_be_visible()
    press(web, web.get_by_role("link", name="To the library"))
    press(web, web.get_by_role("link", name="harp 1"))
    conditions = web.get_by_role("list", name="Conditions")
    expect(conditions.get_by_role("link", name="harp")).to_be_visible()
    press(web, web.get_by_role("link", name="Leave out guitar"))
    expect(web.locator(".track")).to_have_count(0)
    press(web, conditions.get_by_role("link", name="not guitar"))
    press(web, web.get_by_role("checkbox", name="Select Blue hour"), "Space")
    with web.expect_download() as download:
        press(web, web.get_by_role("button", name="CSV"))
    table = Path(download.value.path()).read_text()
    assert "Blue hour" in table
    assert "harp" in table
    assert "piano" not in table


def test_a_filter_keeps_the_focus_where_it_is(web: Page, owner: User, song: Track) -> None:
    web.goto("/")
    press(web, web.locator("#more-conditions summary"))
    for label, key in (("BPM to", "1"), ("Key", "ArrowDown")):
        control = web.get_by_label(label, exact=True)
        tab_to(web, control)
        web.keyboard.press(key)
        web.keyboard.press("Tab")
        web.keyboard.press("Shift+Tab")
        expect(web.get_by_role("link", name="Clear all")).to_be_visible()
        expect(control).to_be_focused()


def test_a_question_after_another_is_answered_at_one_button(web: Page, owner: User) -> None:
    rows.analysed(rows.track(owner, "Dusk"), harp=0.5, guitar=0.55)
    web.goto("/review/")
    yes = web.get_by_role("button", name="Yes")
    press(web, yes)
    expect(web.get_by_role("heading", name="guitar here?")).to_be_visible()
    expect(yes).to_be_focused()
    web.keyboard.press("Enter")
    expect(web.get_by_role("heading", name="That was all")).to_be_visible()
