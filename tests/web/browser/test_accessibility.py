"""Every page, in both themes and narrow: axe-core finds nothing serious, nothing sticks out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from tagger.models import Job, Track, User
from tests.access.addresses import addresses
from tests.access.rules import WEB
from tests.access.targets import targets
from tests.web import rows

from .conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
SERIOUS = """async rules => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...only });
  return violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => [id, ...nodes.slice(0, 3).map(({ html }) => html)].join(" | "));
}"""
STICKS_OUT = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return "";
  const wide = [...document.querySelectorAll("main *")].filter(
    (part) => part.getBoundingClientRect().right > clientWidth && !part.closest(".scroll"),
  );
  return wide.at(-1)?.outerHTML.slice(0, 200) ?? "something";
}"""


@pytest.fixture
def owner(owner: User) -> User:
    """Sees the pages of staff as well."""
    User.objects.filter(pk=owner.pk).update(is_staff=True, is_superuser=True)
    owner.refresh_from_db()
    return owner


@pytest.fixture
def song(owner: User) -> Track:
    made = rows.analysed(rows.track(owner, "Blue hour", artist="Mira"), guitar=0.9, rock=0.6)
    Track.objects.filter(pk=made.pk).update(bpm=117.5, key="F#m", music_state="analysed")
    failed = rows.track(owner, "Broken", state=Track.State.FAILED)
    rows.job(failed, Job.State.FAILED, error_code="damaged", error_detail="The file is damaged.")
    return made


@pytest.fixture
def paths(song: Track, owner: User) -> list[str]:
    """Whatever answers with a whole page."""
    client = Client()
    client.force_login(owner)
    alike = f"{reverse('web:alike')}?like={song.pk}&exclude_tag=piano"
    return [path for path in [*_addresses(song), alike] if _is_page(client, path)]


def _addresses(song: Track) -> Iterator[str]:
    known = targets(song)
    parameters = {address.name: address.parameters for address in addresses()}
    for name, rule in WEB.items():
        if "GET" in rule.allowed:
            values = {part: known[rule.values.get(part, part)] for part in parameters[name]}
            yield reverse(name, kwargs=values)


def _is_page(client: Client, path: str) -> bool:
    response: Any = client.get(path)
    return (
        response.status_code == 200
        and not response.streaming
        and response.content.lstrip().startswith(b"<!doctype html>")
    )


@pytest.fixture
def seen(chromium: Browser, live_server: Any, owner: User) -> Iterator[Page]:
    context = signed_in(chromium, live_server, owner)
    context.add_init_script(path=AXE)
    yield context.new_page()
    context.close()


def flaws(page: Page, path: str) -> Iterator[str]:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(path)
    yield from page.evaluate(SERIOUS, [])
    page.emulate_media(color_scheme="dark")
    yield from (f"dark: {flaw}" for flaw in page.evaluate(SERIOUS, ["color-contrast"]))
    page.set_viewport_size({"width": 360, "height": 800})
    if wide := page.evaluate(STICKS_OUT):
        yield f"wider than 360 px: {wide}"


def test_no_page_has_a_serious_flaw(seen: Page, paths: list[str]) -> None:
    assert len(paths) > 10
    flaws_of = {path: list(flaws(seen, path)) for path in paths}
    assert {path: said for path, said in flaws_of.items() if said} == {}


def test_neither_have_those_of_a_newcomer(
    chromium: Browser, live_server: Any, seen: Page, db: None
) -> None:
    assert list(flaws(seen, "/")) == []
    context = chromium.new_context(base_url=live_server.url)
    context.add_init_script(path=AXE)
    assert list(flaws(context.new_page(), "/sign-in/")) == []
    context.close()
