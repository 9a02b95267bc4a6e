from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tagger.models import Track, User
from tests.web import rows

pytestmark = pytest.mark.browser


@pytest.fixture
def song(owner: User) -> Track:
    return rows.analysed(rows.track(owner, "Blue hour"), guitar=0.9, rock=0.6, piano=0.2)


@pytest.fixture
def opened(web: Page, song: Track) -> Page:
    web.goto(f"/tracks/{song.pk}/")
    expect(row(web, "rock")).to_have_attribute("data-key", "1")
    return web


def row(web: Page, tag: str) -> Locator:
    return web.locator(f'.tag-row[data-tag="{tag}"]')


def test_a_tag_is_chosen_rejected_and_taken_back_by_keys(opened: Page, song: Track) -> None:
    opened.keyboard.press("2")
    expect(row(opened, "guitar")).to_have_class(re.compile("picked"))
    opened.keyboard.press("r")
    expect(opened.get_by_text("guitar rejected.")).to_be_visible()
    expect(row(opened, "guitar")).to_be_hidden()
    opened.keyboard.press("u")
    expect(opened.get_by_text("back to the model")).to_be_visible()
    expect(row(opened, "guitar")).to_be_visible()
    assert {verdict.withdrawn_at is None for verdict in song.verdicts.all()} == {False}


def test_keys_pressed_faster_than_the_server_answers_all_count(opened: Page, song: Track) -> None:
    for key in "1a2a":
        opened.keyboard.press(key)
    expect(opened.get_by_text("guitar accepted.")).to_be_visible()
    expect(opened.locator('.verdict.yes[aria-pressed="true"]')).to_have_count(2)
    accepted = song.verdicts.values_list("tag__name", "answer")
    assert sorted(accepted) == [("guitar", "accepted"), ("rock", "accepted")]


def test_the_less_certain_have_keys_once_they_are_unfolded(opened: Page) -> None:
    opened.get_by_text("Less certain:").click()
    expect(row(opened, "piano")).to_have_attribute("data-key", "3")
    opened.keyboard.press("3")
    opened.keyboard.press("a")
    expect(opened.get_by_text("piano accepted.")).to_be_visible()
    expect(row(opened, "piano")).to_have_class(re.compile("sure"))
    expect(opened.locator("#less-certain")).to_have_attribute("open", "")


def test_the_map_of_keys_opens_and_closes(opened: Page, song: Track) -> None:
    keys = opened.get_by_role("dialog", name="Keys")
    opened.keyboard.press("?")
    expect(keys).to_be_visible()
    opened.keyboard.press("1")
    opened.keyboard.press("r")
    opened.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    opened.get_by_role("button", name="Keys").click()
    keys.get_by_role("button", name="Close").click()
    expect(keys).to_be_hidden()
    expect(opened).to_have_url(re.compile(f"/tracks/{song.pk}/$"))
    assert not song.verdicts.exists()


def test_keys_typed_into_a_field_judge_nothing(opened: Page, song: Track) -> None:
    opened.get_by_role("searchbox").click()
    opened.keyboard.type("1r")
    opened.get_by_role("combobox", name="Add tags").focus()
    opened.keyboard.press("a")
    expect(row(opened, "rock")).not_to_have_class(re.compile("picked"))
    assert not song.verdicts.exists()


def test_a_tag_is_added_and_stands_in_the_history(opened: Page) -> None:
    field = opened.get_by_role("combobox", name="Add tags")
    field.click()
    expect(opened.get_by_text("Suggested by the model")).to_be_visible()
    field.press_sequentially("pia")
    option = opened.get_by_role("option", name="piano").first
    expect(option).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(opened.get_by_role("button", name="Do not add piano")).to_be_visible()
    field.press("Enter")
    expect(opened.get_by_text("piano accepted.")).to_be_visible()
    opened.get_by_text("History: 1 verdict").click()
    expect(opened.locator(".history")).to_contain_text("owner accepted piano")
