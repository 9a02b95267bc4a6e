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


def test_nothing_sounds_before_the_first_key_and_then_each_question_does(
    web: Page, song: Track
) -> None:
    web.goto("/review/")
    expect(web.get_by_role("heading", name="harp here?")).to_be_visible()
    bar = web.get_by_role("region", name="Player")
    expect(bar).to_be_hidden()
    web.keyboard.press("s")
    expect(web.get_by_role("heading", name="guitar here?")).to_be_visible()
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    # Whoever stops it in the middle is left in silence, until they ask again.
    bar.get_by_role("button", name="Pause").click()
    web.get_by_role("heading", name="guitar here?").click()
    web.keyboard.press("s")
    expect(web.get_by_role("heading", name="piano here?")).to_be_visible()
    expect(bar.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_round_is_about_one_tag_and_its_end_says_what_was_said(
    web: Page, owner: User, song: Track
) -> None:
    for number in range(21):
        rows.analysed(rows.track(owner, f"Song {number}"), segments=11, flute=0.5, oboe=0.5)
    web.goto("/review/")
    web.get_by_label("Ask me about").select_option(label="flute (21)")
    for answered in range(20):
        expect(web.get_by_role("heading", name="flute here?")).to_be_visible()
        expect(web.get_by_role("list", name=re.compile(f"^{answered} of 20"))).to_be_attached()
        web.get_by_role("button", name="Not sure" if answered == 0 else "Yes").click()
    expect(web.get_by_role("heading", name="20 times flute: done")).to_be_visible()
    expect(web.get_by_text("19 yes, 0 no, 1 not sure.")).to_be_visible()
    web.get_by_role("button", name="20 more").click()
    expect(web.get_by_text("flute so far, by people here: 19 yes, 0 no.")).to_be_visible()


def test_the_telling_seconds_are_drawn_and_a_click_plays_from_there(web: Page, song: Track) -> None:
    web.goto("/review/")
    canvas = web.locator("canvas.telling")
    # A picture of nothing takes some hundred letters.
    while len(canvas.evaluate("canvas => canvas.toDataURL()")) < 2500:
        web.wait_for_timeout(100)
    box = canvas.bounding_box()
    assert box is not None
    # Ten telling seconds and the ten behind them: the middle is second ten.
    canvas.click(position={"x": box["width"] / 2, "y": 20})
    position = web.get_by_role("slider", name="Position")
    expect(position).to_have_attribute("aria-valuetext", re.compile("^0:1[0-9] of"))
