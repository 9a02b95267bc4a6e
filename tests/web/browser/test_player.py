"""The player on every page: what it plays on to, and what it keeps."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.core.files import File
from playwright.sync_api import BrowserContext, Page, expect

from tagger.models import Track, User
from tests.audio_factory import music, write
from tests.web import rows

pytestmark = pytest.mark.browser

SOUND = "document.getElementById('audio')"
PATIENCE = 15.0  # seconds
SECONDS = 4


@pytest.fixture
def album(owner: User, tmp_path: Path) -> list[Track]:
    """The newest first, as the library lists them: One, Two, Three."""
    made = []
    for number, title in enumerate(["Three", "Two", "One"]):
        track = rows.track(owner, title, album="Numbers", loudness=-12.0, true_peak=-1.0)
        wave = music(SECONDS + number * 0.01, channels=2)
        with write(tmp_path / f"{number}.wav", wave).open("rb") as content:
            track.file.save("sound.wav", File(content))
        made.append(rows.analysed(track, guitar=0.9))
    return made[::-1]


def until(web: Page, condition: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not web.evaluate(condition.replace("sound", SOUND)):
        assert time.monotonic() < ends, f"never: {condition}"
        web.wait_for_timeout(50)


def play(web: Page, title: str) -> None:
    web.get_by_role("button", name=f"Play {title}", exact=True).first.click()
    until(web, "!sound.paused && sound.currentTime > 0.1")


def shown(web: Page) -> str:
    return web.locator("#player-title").inner_text()


def queued(web: Page) -> list[str]:
    return web.locator("#queue li .title").all_inner_texts()


def test_a_list_plays_on_by_itself_and_by_keys(web: Page, album: list[Track]) -> None:
    web.goto("/")
    play(web, "One")
    expect(web.locator("#player-title")).to_have_text("Two")
    until(web, "!sound.paused && sound.currentTime > 0.1")
    web.keyboard.press("Shift+ArrowRight")
    expect(web.locator("#player-title")).to_have_text("Three")
    web.keyboard.press("Shift+ArrowLeft")
    expect(web.locator("#player-title")).to_have_text("Two")
    web.get_by_role("button", name="Next track").click()
    expect(web.get_by_role("button", name="Next track")).to_be_disabled()
    until(web, "sound.ended")


def test_repeat_begins_again(web: Page, album: list[Track]) -> None:
    web.goto("/")
    play(web, "Three")
    web.get_by_role("button", name="Repeat: nothing").click()
    web.get_by_role("button", name="Repeat: the queue").click()
    expect(web.get_by_role("button", name="Repeat: this track")).to_be_visible()
    until(web, f"sound.currentTime > {SECONDS - 1}")
    until(web, "!sound.paused && sound.currentTime < 1")
    assert shown(web) == "Three"


def test_all_of_it_is_there_after_a_reload(web: Page, album: list[Track]) -> None:
    web.goto("/")
    play(web, "Two")
    web.locator("#player-position").fill("2.5")
    web.get_by_role("slider", name="Volume").fill("0.5")
    web.get_by_role("button", name="Pause", exact=True).first.click()
    web.goto("/tags/")
    expect(web.locator("#player-title")).to_have_text("Two")
    assert web.evaluate(f"{SOUND}.paused")
    assert web.evaluate(f"{SOUND}.currentTime") == pytest.approx(2.5, abs=0.3)
    web.locator("#player-toggle").click()
    until(web, "sound.currentTime > 2.6")
    web.get_by_role("button", name="Next track").click()
    expect(web.locator("#player-title")).to_have_text("Three")
    assert web.get_by_role("slider", name="Volume").input_value() == "0.5"


def test_the_queue_is_moved_and_emptied_by_keys(web: Page, album: list[Track]) -> None:
    web.goto("/")
    play(web, "One")
    web.get_by_role("button", name="Pause", exact=True).first.click()
    web.get_by_role("button", name="Queue").click()
    expect(web.locator("#queue li")).to_have_count(3)
    web.get_by_role("button", name="Move Three").focus()
    web.keyboard.press("ArrowUp")
    assert queued(web) == ["One", "Three", "Two"]
    expect(web.locator("#queue [role=status]")).to_have_text("Three is now number 1.")
    web.get_by_role("button", name="Take Two out of the queue").click()
    assert queued(web) == ["One", "Three"]
    web.get_by_role("button", name="Clear").click()
    expect(web.get_by_text("Nothing comes after this.")).to_be_visible()
    web.keyboard.press("Escape")
    expect(web.locator("#queue")).to_be_hidden()
    expect(web.get_by_role("button", name="Queue")).to_be_focused()


def test_the_queue_is_moved_by_dragging(web: Page, album: list[Track]) -> None:
    web.goto("/")
    play(web, "One")
    web.get_by_role("button", name="Queue").click()
    grip = web.get_by_role("button", name="Move Three").bounding_box()
    above = web.locator("#queue li").nth(1).bounding_box()
    assert grip is not None
    assert above is not None
    web.mouse.move(grip["x"] + 8, grip["y"] + 8)
    web.mouse.down()
    web.mouse.move(grip["x"] + 8, above["y"] + 4, steps=5)
    web.mouse.up()
    assert queued(web)[:3] == ["One", "Three", "Two"]


def test_shuffle_keeps_what_plays_and_gives_the_order_back(web: Page, album: list[Track]) -> None:
    web.goto("/")
    play(web, "Two")
    web.get_by_role("button", name="Pause", exact=True).first.click()
    web.get_by_role("button", name="Queue").click()
    shuffle = web.get_by_role("button", name="Shuffle")
    shuffle.click()
    expect(shuffle).to_have_attribute("aria-pressed", "true")
    expect(web.locator("#queue li")).to_have_count(3)
    assert queued(web)[0] == "Two"
    assert sorted(queued(web)) == ["One", "Three", "Two"]
    shuffle.click()
    assert queued(web) == ["Two", "Three"]


def test_loud_music_is_turned_down_unless_one_does_not_want_it(
    web: Page, album: list[Track]
) -> None:
    web.goto("/")
    play(web, "One")
    assert web.evaluate(f"{SOUND}.volume") == pytest.approx(10 ** (-6 / 20), abs=0.01)
    web.get_by_role("button", name="Queue").click()
    web.get_by_role("switch", name="Equally loud").click()
    assert web.evaluate(f"{SOUND}.volume") == 1


def test_two_windows_do_not_play_at_once(
    web: Page, context: BrowserContext, album: list[Track]
) -> None:
    web.goto("/")
    play(web, "One")
    other = context.new_page()
    other.goto("/")
    play(other, "Three")
    until(web, "sound.paused")


def test_the_seconds_that_made_a_tag_play_from_the_list(web: Page, album: list[Track]) -> None:
    web.goto("/")
    web.locator(".track .chip").first.hover()
    web.get_by_role("button", name="Hear what made the tag guitar").click()
    expect(web.locator("#player-title")).to_have_text("One")
    until(web, "!sound.paused && sound.currentTime > 0.1")


def test_what_is_asked_for_in_vain_is_said_with_its_cause(
    quiet: Page, context: BrowserContext, album: list[Track]
) -> None:
    quiet.goto("/")
    quiet.locator(".track .chip").first.hover()
    hear = quiet.get_by_role("button", name="Hear what made the tag guitar")
    context.set_offline(True)
    hear.click()
    expect(quiet.locator("#trouble")).to_contain_text("The server cannot be reached.")
    context.set_offline(False)
    context.clear_cookies()
    hear.click()
    expect(quiet.locator("#trouble")).to_contain_text("You have been signed out.")


def test_media_keys_know_what_plays(web: Page, album: list[Track]) -> None:
    web.goto("/")
    play(web, "One")
    told = web.evaluate(
        "() => [navigator.mediaSession.metadata.title, navigator.mediaSession.metadata.album,"
        " navigator.mediaSession.playbackState]"
    )
    assert told == ["One", "Numbers", "playing"]
