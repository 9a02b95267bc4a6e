from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from django.core.files import File
from playwright.sync_api import Page, Route, expect

from tagger.analysis.spectrograms import draw_track_spectrogram
from tagger.jobs.lifecycle import claim
from tagger.models import Track, User
from tests.audio_factory import music, write
from tests.web import rows

pytestmark = pytest.mark.browser

SOUND = "document.getElementById('audio')"
PATIENCE = 10.0  # seconds


@pytest.fixture
def song(owner: User, tmp_path: Path) -> Track:
    made = rows.track(owner, "Blue hour")
    with write(tmp_path / "blue.mp3", music(60)).open("rb") as content:
        made.file.save("blue.mp3", File(content))
    return rows.analysed(made, segments=22, guitar=0.9, rock=0.6, piano=0.2)


def at(web: Page) -> float:
    return float(web.evaluate(f"{SOUND}.currentTime"))


def until(web: Page, condition: str) -> None:
    """Playwright's own way to wait evaluates strings in the page, which its policy forbids."""
    ends = time.monotonic() + PATIENCE
    while not web.evaluate(condition.replace("sound", SOUND)):
        assert time.monotonic() < ends, f"never: {condition}; now at {at(web)} s"
        web.wait_for_timeout(50)


def play(web: Page, song: Track) -> None:
    web.goto(f"/tracks/{song.pk}/")
    web.locator("#deck").get_by_role("button", name="Play Blue hour").click()
    until(web, "sound.currentTime > 0.2")


def test_a_song_plays_and_seeks_by_ranges(web: Page, song: Track) -> None:
    answers: list[int] = []
    web.on("response", lambda got: answers.append(got.status) if "/audio/" in got.url else None)
    play(web, song)
    web.locator("#deck-position").fill("45")
    until(web, "sound.currentTime >= 45 && !sound.seeking")
    assert at(web) < 50
    assert set(answers) == {206}


def test_the_waveform_plays_from_where_it_is_clicked(web: Page, song: Track) -> None:
    web.goto(f"/tracks/{song.pk}/")
    expect(web.locator("#wave canvas").first).to_be_visible()
    box = web.locator("#wave").bounding_box()
    assert box is not None
    web.mouse.click(box["x"] + box["width"] / 2, box["y"] + 30)
    until(web, "!sound.paused && sound.currentTime > 25")
    assert at(web) < 35


def test_the_taggram_shows_each_tag_over_time(web: Page, song: Track) -> None:
    web.goto(f"/tracks/{song.pk}/")
    expect(web.locator(".taggram-row")).to_have_count(2)
    canvas = web.locator(".taggram-row", has_text="guitar").locator("canvas")
    box = canvas.bounding_box()
    assert box is not None
    canvas.hover(position={"x": box["width"] * 0.75, "y": 5})
    expect(canvas).to_have_attribute("title", re.compile(r"guitar · 0:4\d · 90"))
    canvas.click(position={"x": box["width"] * 0.75, "y": 5})
    until(web, "sound.currentTime > 40")


def test_the_keyboard_plays_and_seeks(web: Page, song: Track) -> None:
    web.goto(f"/tracks/{song.pk}/")
    slider = web.get_by_role("slider", name="Position").first
    slider.focus()
    web.keyboard.press("Space")
    until(web, "sound.currentTime > 0.1")
    web.keyboard.press("Space")
    before = at(web)
    web.keyboard.press("ArrowRight")
    until(web, f"sound.currentTime >= {before + 4.9}")
    web.keyboard.press("Home")
    until(web, "sound.currentTime < 0.5")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"0:00 of (1:00|0:59)"))


def test_the_whole_page_is_a_keyboard(web: Page, song: Track) -> None:
    web.goto(f"/tracks/{song.pk}/")
    web.get_by_role("heading", name="Blue hour").click()
    web.keyboard.press("PageDown")
    until(web, "sound.currentTime >= 29.9 && sound.paused")
    web.keyboard.press("ArrowLeft")
    until(web, "sound.currentTime < 25.5")
    web.keyboard.press("End")
    until(web, "sound.currentTime > 55")
    web.keyboard.press("Home")
    until(web, "sound.currentTime < 0.5")
    web.keyboard.press("Space")
    until(web, "!sound.paused && sound.currentTime > 0.1")
    web.keyboard.press("Space")
    until(web, "sound.paused")


def test_keys_typed_into_a_field_move_nothing(web: Page, song: Track) -> None:
    web.goto(f"/tracks/{song.pk}/")
    web.get_by_role("searchbox").click()
    web.keyboard.type("a b")
    web.keyboard.press("Home")
    web.keyboard.press("PageDown")
    assert at(web) == 0
    assert web.evaluate(f"{SOUND}.paused")
    assert web.get_by_role("searchbox").input_value() == "a b"


def test_music_goes_on_from_page_to_page(web: Page, song: Track) -> None:
    play(web, song)
    web.locator(".pages").get_by_role("link", name="Tags", exact=True).click()
    expect(web.get_by_role("heading", name="Tags")).to_be_visible()
    before = at(web)
    until(web, f"sound.currentTime > {before} + 0.3")
    bar = web.get_by_role("region", name="Player")
    expect(bar.get_by_role("link", name="Blue hour")).to_be_visible()
    bar.get_by_role("button", name="Stop and close the player").click()
    expect(bar).to_be_hidden()


def test_a_tag_can_be_judged_and_the_verdict_undone(web: Page, song: Track) -> None:
    web.goto(f"/tracks/{song.pk}/")
    web.get_by_role("button", name="guitar is wrong").click()
    expect(web.get_by_text("guitar rejected.")).to_be_visible()
    expect(web.locator(".taggram-row")).to_have_count(1)
    web.get_by_text("Rejected: 1 tag").click()
    web.get_by_role("button", name="guitar is wrong").click()
    expect(web.get_by_text("back to the model")).to_be_visible()
    expect(web.locator(".taggram-row")).to_have_count(2)


def test_a_similar_track_is_one_click_away(web: Page, owner: User, song: Track) -> None:
    rows.analysed(rows.track(owner, "Evening"), embedding=rows.direction(30), guitar=0.9)
    web.goto(f"/tracks/{song.pk}/")
    similar = web.get_by_role("region", name="Sounds like")
    expect(similar.get_by_text("Likeness 87")).to_be_visible()
    expect(similar.get_by_role("button", name="Play Evening", exact=True)).to_be_visible()
    similar.get_by_role("link", name="Evening").click()
    expect(web.get_by_role("heading", name="Evening")).to_be_visible()
    expect(similar.get_by_role("link", name="Blue hour")).to_be_visible()


def test_the_spectrogram_is_drawn_when_asked_for(web: Page, song: Track) -> None:
    """A worker's part is played here: a browser test need not start one."""

    def draw(route: Route) -> None:
        answer = route.fetch()
        claimed = claim(answer.json()["id"])
        assert claimed is not None
        draw_track_spectrogram(claimed)
        route.fulfill(response=answer)

    web.route("**/spectrogram/", lambda route: draw(route) if _posts(route) else route.continue_())
    web.goto(f"/tracks/{song.pk}/")
    button = web.get_by_role("button", name="Spectrogram")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.click()
    lane = web.locator("#spectrogram")
    expect(lane).to_have_class(re.compile("drawn"), timeout=60_000)
    canvas = lane.locator("canvas")
    wave = web.locator("#taggram").bounding_box()
    drawn = canvas.bounding_box()
    assert wave is not None
    assert drawn is not None
    assert (drawn["x"], drawn["width"]) == (wave["x"], wave["width"])
    assert web.evaluate(COLOURED)
    canvas.click(position={"x": drawn["width"] / 2, "y": 20})
    until(web, "sound.currentTime > 25")
    button.click()
    expect(lane).to_be_hidden()


COLOURED = """() => {
  const canvas = document.querySelector("#spectrogram canvas");
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return data.some((value, at) => at % 4 === 3 && value > 128);
}"""


def _posts(route: Route) -> bool:
    return route.request.method == "POST"


def test_a_tag_that_is_analysed_in_places_only_has_a_row_below(web: Page, song: Track) -> None:
    analysis = song.analyses.get()
    scores = analysis.segment_scores()
    scores[15:, analysis.model.labels.index("techno")] = 0.7
    analysis.scores = scores.astype("<f2").tobytes()
    analysis.save()
    web.goto(f"/tracks/{song.pk}/")
    expect(web.locator(".taggram-row")).to_have_count(3)
    expect(web.locator(".taggram-row").last).to_have_class(re.compile("in-places"))
    web.get_by_role("button", name="techno", exact=True).click()
    until(web, "sound.currentTime >= 40")


def test_the_player_s_title_leads_to_what_plays(web: Page, owner: User, song: Track) -> None:
    other = rows.analysed(rows.track(owner, "Red dawn"), guitar=0.9)
    play(web, song)
    web.get_by_role("link", name="Library").click()
    web.locator("#player-title").click()
    expect(web).to_have_url(re.compile(f"/tracks/{song.pk}/$"))
    expect(web.get_by_role("heading", name="Blue hour")).to_be_visible()
    assert web.evaluate(f"!{SOUND}.paused")
    assert str(other.pk) not in web.url
