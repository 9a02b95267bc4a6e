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


def give_role(web: Page, archive: Library, role: str) -> None:
    web.goto(f"/libraries/{archive.pk}/")
    row = web.get_by_role("row", name="mira")
    row.get_by_label("Role of mira").select_option(role)
    row.get_by_role("button", name="Change").click()
    expect(web.get_by_text(f"mira: {role}")).to_be_visible()


def test_a_listener_becomes_editor_and_keeper_and_is_taken_out(
    web: Page, mira: Page, archive: Library, song: Track
) -> None:
    wrong, disputed = "guitar is wrong", "People differ on this tag"
    address = f"/tracks/{song.pk}/"

    web.goto(f"/libraries/{archive.pk}/")
    web.get_by_label("Account").fill("mira")
    web.locator("form.invite").get_by_role("button", name="Invite").click()
    expect(web.get_by_text("mira is invited.")).to_be_visible()

    # A listener sees and plays, and is shown nothing to change.
    mira.goto("/libraries/")
    mira.get_by_role("button", name="Accept").click()
    expect(mira.get_by_role("link", name="Blue hour")).to_be_visible()
    mira.get_by_role("link", name="Blue hour").click()
    expect(mira.get_by_role("heading", name="Blue hour", level=1)).to_be_visible()
    expect(mira.get_by_role("button", name="Play", exact=False).first).to_be_visible()
    for name in (wrong, "Delete", "Analyse again"):
        expect(mira.get_by_role("button", name=name)).to_have_count(0)
    expect(mira.get_by_role("link", name="Edit", exact=True)).to_have_count(0)

    # An editor differs from the keeper, whose word counts; the two see that they differ.
    give_role(web, archive, "editor")
    web.goto(address)
    web.get_by_role("button", name="guitar is right").click()
    expect(web.get_by_text("guitar accepted.")).to_be_visible()
    mira.goto(address)
    mira.get_by_role("button", name=wrong).click()
    expect(mira.get_by_text("guitar rejected.")).to_be_visible()
    expect(mira.get_by_role("button", name="Delete")).to_have_count(0)
    assert song.track_tags.filter(tag__slug="guitar", source="person").exists()

    # Two keepers who differ are in dispute until they have said one thing.
    give_role(web, archive, "keeper")
    web.goto(address)
    expect(web.get_by_title(disputed).first).to_be_visible()
    mira.goto(address)
    expect(mira.get_by_title(disputed).first).to_be_visible()
    mira.get_by_role("button", name="guitar is right").click()
    expect(mira.get_by_text("guitar accepted.")).to_be_visible()
    expect(mira.get_by_title(disputed)).to_have_count(0)
    mira.get_by_role("button", name="Delete").click()
    expect(mira.get_by_text("Deleted: Blue hour")).to_be_visible()
    web.goto(f"/trash/?library={archive.pk}")
    expect(web.get_by_text("Blue hour")).to_be_visible()

    # Who is taken out sees nothing of it any more.
    web.goto(f"/libraries/{archive.pk}/")
    web.get_by_role("button", name="Take out: mira").click()
    expect(web.get_by_text("mira is no member any more.")).to_be_visible()
    assert not Membership.objects.filter(library=archive, person__username="mira").exists()
    mira.goto("/libraries/")
    expect(mira.get_by_role("link", name="Station archive")).to_have_count(0)
