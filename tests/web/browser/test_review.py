from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files import File
from playwright.sync_api import Page, expect

from tagger.models import Track, User
from tests.audio_factory import music, write
from tests.web import rows

pytestmark = pytest.mark.browser


@pytest.fixture
def song(owner: User, tmp_path: Path) -> Track:
    made = rows.track(owner, "Blue hour")
    with write(tmp_path / "blue.mp3", music(30)).open("rb") as content:
        made.file.save("blue.mp3", File(content))
    made.save()
    return rows.analysed(made, segments=11, harp=0.5, guitar=0.55, piano=0.6)


def test_questions_are_answered_by_keyboard_alone(web: Page, song: Track) -> None:
    web.goto("/")
    web.get_by_role("link", name="Review").press("Enter")
    expect(web.get_by_role("heading", name="harp here?")).to_be_visible()
    web.keyboard.press("y")
    expect(web.get_by_role("heading", name="guitar here?")).to_be_visible()
    web.keyboard.press("n")
    expect(web.get_by_role("heading", name="piano here?")).to_be_visible()
    web.keyboard.press("u")
    expect(web.get_by_role("heading", name="guitar here?")).to_be_visible()
    web.keyboard.press("s")
    expect(web.get_by_role("heading", name="piano here?")).to_be_visible()
    web.keyboard.press("y")
    expect(web.get_by_role("button", name="Look again at 1 skipped")).to_be_visible()
    verdicts = song.verdicts.filter(withdrawn_at=None)
    assert dict(verdicts.values_list("tag__slug", "answer")) == {
        "harp": "accepted",
        "piano": "accepted",
    }


def test_space_plays_the_telling_seconds_and_stops_behind_them(web: Page, song: Track) -> None:
    web.goto("/review/")
    question = web.locator("#question")
    expect(question).to_have_attribute("data-until", re.compile(r"10\.00"))
    web.keyboard.press("Space")
    bar = web.get_by_role("region", name="Player")
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    web.get_by_label("Position").fill("9.8")
    expect(bar.get_by_role("button", name="Play", exact=True)).to_be_visible()
    web.get_by_role("heading", name="harp here?").click()
    web.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()


def test_nothing_sounds_before_somebody_asks_and_then_the_next_question_does(
    web: Page, song: Track
) -> None:
    web.goto("/review/")
    expect(web.get_by_role("heading", name="harp here?")).to_be_visible()
    web.keyboard.press("s")
    expect(web.get_by_role("heading", name="guitar here?")).to_be_visible()
    bar = web.get_by_role("region", name="Player")
    expect(bar).to_be_hidden()
    web.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    bar.get_by_role("button", name="Pause").click()
    web.get_by_role("heading", name="guitar here?").click()
    web.keyboard.press("s")
    expect(web.get_by_role("heading", name="piano here?")).to_be_visible()
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
