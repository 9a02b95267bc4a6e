from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tagger.models import Job, Track, User
from tests.web import rows

from .conftest import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def shelf(owner: User) -> Track:
    rows.analysed(rows.track(owner, "Guitar only"), guitar=0.9)
    rows.analysed(rows.track(owner, "Both"), guitar=0.6, piano=0.8)
    failed = rows.track(owner, "A" * 200, artist="Word" * 40, state=Track.State.FAILED)
    rows.job(failed, Job.State.FAILED, error_detail="The file is damaged.")
    return rows.analysed(rows.track(owner, "Piano only"), piano=0.7)


def test_signing_in(chromium: Browser, live_server: Any, owner: User) -> None:
    page = chromium.new_context(base_url=live_server.url).new_page()
    page.goto("/tags/")
    page.get_by_label("Username").fill("owner")
    page.get_by_label("Password").fill(rows.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/tags/$"))
    page.context.close()


@pytest.mark.usefixtures("shelf")
def test_filters_narrow_the_list_and_the_address(web: Page) -> None:
    web.goto("/")
    titles = web.locator(".track .title")
    expect(titles).to_have_count(4)
    web.get_by_role("link", name="guitar 2").click()
    expect(titles).to_have_count(2)
    web.get_by_role("link", name="Leave out piano").click()
    expect(titles).to_have_text(["Guitar only"])
    expect(web).to_have_url(re.compile(r"\?tag=guitar&exclude_tag=piano$"))
    web.get_by_role("link", name="not piano").click()
    expect(titles).to_have_count(2)
    web.locator("#more-conditions > summary").click()
    web.get_by_label("Score at least").fill("0.8")
    expect(titles).to_have_text(["Guitar only"])
    web.go_back()
    expect(titles).to_have_count(2)


@pytest.mark.usefixtures("shelf")
def test_an_order_chosen_before_the_scripts_have_come_is_taken_when_they_have(phone: Page) -> None:
    held: list[Route] = []
    phone.route(re.compile(r"/js/app(\.\w+)?\.js$|/htmx.*\.js$"), lambda route: held.append(route))
    phone.goto("/", wait_until="commit")
    phone.get_by_label("Sort").select_option(label="title")
    for route in held:
        route.continue_()
    expect(phone).to_have_url(re.compile("ordering=title"))
    expect(phone.locator(".track .title").nth(1)).to_have_text("Both")
    # And in the moment between a list that is drawn and its form being htmx's own.
    phone.evaluate("""() => document.addEventListener("htmx:afterSwap", () => {
      const sort = document.getElementById("ordering");
      if (sort.value !== "title") return;
      sort.value = "created";
      sort.dispatchEvent(new Event("change", { bubbles: true }));
    })""")
    phone.get_by_text("Filter", exact=True).click()
    phone.get_by_role("link", name="guitar 2").click()
    expect(phone).to_have_url(re.compile("ordering=created"))
    expect(phone.locator(".track .title")).to_have_text(["Guitar only", "Both"])


@pytest.mark.usefixtures("shelf")
def test_filters_work_without_scripts(chromium: Browser, live_server: Any, owner: User) -> None:
    context = signed_in(chromium, live_server, owner, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox", name="Search title, artist, album").fill("piano")
    page.keyboard.press("Enter")
    expect(page.locator(".track .title")).to_have_text(["Piano only"])
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("link", name="piano 1").click()
    expect(page.get_by_role("list", name="Conditions")).to_contain_text("piano")
    context.close()


@pytest.mark.usefixtures("shelf")
def test_the_slash_key_searches(web: Page) -> None:
    web.goto("/tags/")
    web.keyboard.press("/")
    web.keyboard.type("piano")
    web.keyboard.press("Enter")
    expect(web.locator(".track .title")).to_have_text(["Piano only"])


def test_a_chosen_theme_stays(web: Page) -> None:
    web.goto("/")
    web.locator(".topbar .account summary").click()
    web.get_by_label("Dark").check()
    dark = web.evaluate("getComputedStyle(document.body).backgroundColor")
    web.reload()
    assert web.evaluate("document.documentElement.dataset.theme") == "dark"
    assert web.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    web.locator(".topbar .account summary").click()
    expect(web.get_by_label("Dark")).to_be_checked()


@pytest.mark.parametrize("width", [320, 360, 768])
def test_no_page_scrolls_sideways(
    width: int, chromium: Browser, live_server: Any, owner: User, shelf: Track
) -> None:
    owner.is_staff = True
    owner.save()
    viewport = {"width": width, "height": 740}
    context = signed_in(chromium, live_server, owner, viewport=viewport)
    page = context.new_page()
    for path in ("/", "/?tag=guitar", "/tags/", "/tags/guitar/", "/upload/", "/account/",
                 "/status/", "/review/", "/trash/", "/jobs/", "/views/", "/map/",
                 f"/similar/?like={shelf.pk}",
                 f"/tracks/{shelf.pk}/", f"/tracks/{shelf.pk}/edit/"):  # fmt: skip
        page.goto(path)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} px wide"
    context.close()


def test_a_server_that_is_away_is_said(context: BrowserContext, shelf: Track) -> None:
    web = context.new_page()
    web.goto("/")
    context.set_offline(True)
    web.locator(".pages").get_by_role("link", name="Tags", exact=True).click()
    expect(web.get_by_text("The server cannot be reached")).to_be_visible()
    context.set_offline(False)
    web.locator(".pages").get_by_role("link", name="Tags", exact=True).click()
    expect(web.get_by_role("heading", name="Tags")).to_be_visible()
    expect(web.get_by_text("The server cannot be reached")).to_be_hidden()


def test_the_search_field_shows_what_each_page_was_searched_for(web: Page) -> None:
    web.goto("/")
    field = web.locator("#search")
    field.fill("blue")
    field.press("Enter")
    expect(web).to_have_url(re.compile("q=blue"))
    expect(field).to_have_value("blue")
    web.go_back()
    expect(web).not_to_have_url(re.compile("q=blue"))
    expect(field).to_have_value("")
    web.go_forward()
    expect(field).to_have_value("blue")
    web.get_by_role("link", name="Tags").first.click()
    expect(web).to_have_url(re.compile("/tags/$"))
    expect(field).to_have_value("")
