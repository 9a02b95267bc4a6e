"""Two people at two browsers in one library, and what each role lets the second one do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tagger.libraries.manage import make_library
from tagger.models import Library, Membership, Track, User
from tests.web import rows

from .conftest import signed_in
from .witness import Witness

pytestmark = pytest.mark.browser


@pytest.fixture
def archive(owner: User) -> Library:
    return make_library(owner, "Station archive")


@pytest.fixture
def song(owner: User, archive: Library) -> Track:
    return rows.analysed(rows.track(owner, "Blue hour", library=archive), guitar=0.9, rock=0.6)


@pytest.fixture
def mira(chromium: Browser, live_server: Any, owner: User) -> Iterator[Page]:
    """The browser of the second person."""
    context = signed_in(chromium, live_server, rows.person("mira"))
    page = context.new_page()
    witness = Witness(page, live_server.url)
    yield page
    witness.testify()
    context.close()


def join(archive: Library, role: str) -> None:
    person = User.objects.get(username="mira")
    Membership.objects.create(library=archive, person=person, role=role)


def give_role(web: Page, archive: Library, role: str) -> None:
    web.goto(f"/libraries/{archive.pk}/")
    row = web.get_by_role("row", name="mira")
    row.get_by_label("Role of mira").select_option(role)
    row.get_by_role("button", name="Change").click()
    expect(web.get_by_text(f"mira: {role}")).to_be_visible()


def say(page: Page, song: Track, word: str) -> None:
    page.goto(f"/tracks/{song.pk}/")
    rejected = page.locator("#rejected:not([open]) summary")
    if rejected.count():
        rejected.click()
    page.get_by_role("button", name=f"guitar is {word}").click()
    said = "accepted" if word == "right" else "rejected"
    expect(page.get_by_text(f"guitar {said}.")).to_be_visible()


def test_who_is_invited_listens_and_is_shown_nothing_to_change(
    web: Page, mira: Page, archive: Library, song: Track
) -> None:
    web.goto(f"/libraries/{archive.pk}/")
    web.get_by_label("Account").fill("mira")
    web.locator("form.invite").get_by_role("button", name="Invite").click()
    expect(web.get_by_text("mira is invited.")).to_be_visible()
    mira.goto("/libraries/")
    mira.get_by_role("button", name="Accept").click()
    mira.locator("a.title", has_text="Blue hour").click()
    expect(mira.get_by_role("heading", name="Blue hour", level=1)).to_be_visible()
    for name in ("guitar is wrong", "Delete", "Analyse again"):
        expect(mira.get_by_role("button", name=name)).to_have_count(0)
    expect(mira.get_by_role("link", name="Edit", exact=True)).to_have_count(0)


def test_an_editors_word_is_kept_and_the_keepers_counts(
    web: Page, mira: Page, archive: Library, song: Track
) -> None:
    join(archive, "listener")
    give_role(web, archive, "editor")
    say(mira, song, "wrong")
    expect(mira.get_by_role("button", name="Delete")).to_have_count(0)
    assert not song.track_tags.filter(tag__slug="guitar").exists()
    say(web, song, "right")
    assert song.track_tags.filter(tag__slug="guitar", source="person").exists()
    assert song.verdicts.filter(tag__slug="guitar", withdrawn_at=None).count() == 2


def test_two_keepers_who_differ_see_it_until_they_agree(
    web: Page, mira: Page, archive: Library, song: Track
) -> None:
    join(archive, "keeper")
    say(web, song, "right")
    say(mira, song, "wrong")
    disputed = mira.locator('.tag-row[data-slug="guitar"] .disputed')
    expect(disputed).to_be_visible()
    mira.get_by_role("button", name="guitar is right").click()
    expect(mira.get_by_text("guitar accepted.")).to_be_visible()
    expect(disputed).to_have_count(0)


def test_a_keeper_deletes_and_whoever_is_taken_out_sees_nothing_more(
    web: Page, mira: Page, archive: Library, song: Track
) -> None:
    join(archive, "keeper")
    mira.goto(f"/tracks/{song.pk}/")
    mira.get_by_role("button", name="Delete").click()
    expect(mira.get_by_text("Deleted: Blue hour")).to_be_visible()
    web.goto(f"/libraries/{archive.pk}/")
    web.get_by_role("button", name="Take out: mira").click()
    expect(web.get_by_text("mira is no member any more.")).to_be_visible()
    web.goto(f"/trash/?library={archive.pk}")
    expect(web.get_by_text("Blue hour").first).to_be_visible()
    mira.goto("/libraries/")
    expect(mira.get_by_role("heading", name="Libraries")).to_be_visible()
    expect(mira.get_by_role("link", name="Station archive")).to_have_count(0)
