"""Words in narrow places: a button stays one line, a cell does not become a column of words."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tagger.models import Job, User
from tests.web import rows

from .conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Of each element its words, and the lines that they take.
LINES = """elements => elements.map(element => {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const lines = new Set();
  while (texts.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    for (const box of range.getClientRects())
      if (box.width > 1 && box.height > 1) lines.add(Math.round(box.bottom / 12));
  }
  const words = element.innerText.trim().split(/\\s+/).filter(Boolean);
  return [words.length, lines.size, element.innerText];
})"""


@pytest.fixture
def boss(owner: User) -> User:
    """Staff, with jobs of every state."""
    person = rows.person("boss", is_staff=True, is_superuser=True)
    for number, state in enumerate(Job.State):
        song = rows.track(person, f"A song with a rather long name, part {number}")
        rows.job(song, state, error_detail="The file is damaged." * (state == Job.State.FAILED))
    return person


def opened(chromium: Browser, server: Any, person: User, width: int, language: str) -> Page:
    view = {"viewport": {"width": width, "height": 800}, "locale": language}
    return signed_in(chromium, server, person, **view).new_page()


@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_a_button_in_a_cell_is_one_line(
    chromium: Browser, live_server: Any, boss: User, language: str
) -> None:
    page = opened(chromium, live_server, boss, 1280, language)
    page.goto("/jobs/")
    buttons = page.locator(".list.jobs td button").evaluate_all(LINES)
    assert len(buttons) == 4, "two to cancel, two to try again"
    assert [text for _, lines, text in buttons if lines != 1] == []
    page.context.close()


@pytest.mark.parametrize("address", ["/jobs/", "/status/"])
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_no_cell_is_one_word_a_line_on_a_phone(
    chromium: Browser, live_server: Any, boss: User, address: str, language: str
) -> None:
    page = opened(chromium, live_server, boss, 360, language)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    cells = page.locator("td:visible, dd:visible").evaluate_all(LINES)
    assert len(cells) > 5
    assert [text for words, lines, text in cells if words > 3 and lines >= words] == []
    page.context.close()
