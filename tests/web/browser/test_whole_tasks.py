"""Whole tasks, as people do them: by keyboard alone on a desk, by touch on a phone.

Files go up as they do, and are given what a worker would find: that one listens is tested
elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tagger.feedback.verdicts import accept_shown
from tagger.jobs import lifecycle
from tagger.libraries.members import Role
from tagger.models import Job, Membership, Tag, Track, User, Verdict
from tests.audio_factory import music, write
from tests.web import rows

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Title: BPM and key. By key they go round as disc jockeys number them: 5A, 8A, 11B.
SET = {"Anchor": (124.0, "A"), "Beacon": (118.0, "Am"), "Cutter": (128.0, "Cm")}
ROUND = 20
BY_BPM = ["Beacon", "Anchor", "Cutter"]
BY_KEY = ["Cutter", "Beacon", "Anchor"]
HEARD: dict[str, Any] = {"guitar": 0.9, "rock": 0.85, "piano": 0.8, "drums": 0.75, "techno": 0.7}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three short files, each of another length: the same sound would be the same track."""
    night = tmp_path / "Night"
    night.mkdir()
    for number, title in enumerate(SET):
        write(night / f"{title}.mp3", music(2 + number), metadata={"title": title})
    return night


@pytest.fixture
def archive(owner: User) -> list[Track]:
    """Eighteen tapes with three questions each. A colleague hears a violin in the first."""
    scores: dict[str, Any] = {"harp": 0.5, "guitar": 0.51, "flute": 0.52}
    tapes = [rows.analysed(rows.track(owner, f"Tape {n:02}"), **scores) for n in range(18)]
    shelf, colleague = owner.personal_library, rows.person("colleague")
    Membership.objects.create(library=shelf, person=colleague, role=Role.EDITOR)
    accept_shown(colleague, tapes[0], Tag.objects.get(slug="violin"))
    return tapes


def heard() -> None:
    """As a worker would leave them."""
    for job in Job.objects.filter(kind=Job.Kind.TAG_TRACK):
        claimed = lifecycle.claim(str(job.pk))
        assert claimed
        assert claimed.track
        bpm, key = SET[claimed.track.title]
        Track.objects.filter(jobs=claimed).update(bpm=bpm, key=key, music_state="analysed")
        claimed.track.refresh_from_db()
        rows.analysed(claimed.track, **HEARD)
        lifecycle.succeed(claimed)


def bring(page: Page, folder: Path) -> None:
    page.goto("/upload/")
    page.set_input_files("#folder", folder)
    expect(page.locator("#tray-count")).to_have_text("All 3 uploaded")
    heard()


def titles(page: Page) -> Locator:
    return page.locator("tr.track a.title")


def judged() -> int:
    """How many tags of tracks; a verdict on one is a verdict on each of its synonyms."""
    standing = Verdict.objects.filter(withdrawn_at=None).select_related("tag__shown_as")
    return len({(verdict.track_id, verdict.tag.shown.pk) for verdict in standing})


def test_a_disc_jockeys_evening_by_keyboard(web: Page, owner: User, folder: Path) -> None:
    bring(web, folder)
    web.goto("/")
    heads = web.locator("table.tracks thead")
    heads.get_by_role("link", name="BPM").press("Enter")
    expect(titles(web)).to_have_text(BY_BPM)
    heads.get_by_role("link", name="Key").press("Enter")
    expect(titles(web)).to_have_text(BY_KEY)
    for title in BY_KEY:
        web.keyboard.press("j")
        expect(titles(web).get_by_text(title)).to_be_focused()
        web.keyboard.press("q")
        expect(web.locator("#list-note")).to_contain_text(title)
    web.keyboard.press("5")
    expect(web.locator("#list-note")).to_have_text("Anchor: 5 stars")
    web.get_by_role("button", name="Queue").press("Enter")
    expect(web.locator("#queue li .title")).to_have_text(BY_KEY)
    web.keyboard.press("Escape")
    for title in BY_KEY[:2]:
        judge_five_by_keyboard(web, title)
    assert judged() == 10
    web.goto("/?ordering=key")
    with web.expect_download() as file:
        web.get_by_role("link", name="Rekordbox").press("Enter")
    text = Path(file.value.path()).read_text()
    assert re.findall(r' TrackID="\d+" Name="(\w+)"', text) == BY_KEY
    assert text.count('Rating="255"') == 1


def judge_five_by_keyboard(web: Page, title: str) -> None:
    titles(web).get_by_text(title).press("Enter")
    expect(web.get_by_role("heading", name=title, level=1)).to_be_visible()
    for tag in HEARD:
        row = web.locator(f'.tag-row[data-tag="{tag}"]')
        expect(row).to_have_attribute("data-key", re.compile("[1-5]"))
        web.keyboard.press(str(row.get_attribute("data-key")))
        expect(row).to_have_class(re.compile("picked"))
        web.keyboard.press("r" if tag == "techno" else "a")
        expect(web.locator("#tags .undo")).to_contain_text(tag)
    web.get_by_role("link", name="Library", exact=True).press("Enter")
    expect(web.get_by_role("heading", name="3 tracks")).to_be_visible()


def test_a_disc_jockeys_evening_by_touch(phone: Page, owner: User, folder: Path) -> None:
    bring(phone, folder)
    phone.goto("/")
    sort = phone.get_by_label("Sort")
    sort.select_option(label="slowest first")
    expect(titles(phone)).to_have_text(BY_BPM)
    sort.select_option(label="by key")
    expect(titles(phone)).to_have_text(BY_KEY)
    for title in BY_KEY:
        from_menu(phone, title, "Add to the queue")
    from_menu(phone, "Anchor", "5 stars")
    expect(phone.locator("#list-note")).to_have_text("Anchor: 5 stars")
    expect(phone.locator("#player-title")).to_have_text(BY_KEY[0])
    phone.get_by_role("button", name="Next track").tap()
    expect(phone.locator("#player-title")).to_have_text(BY_KEY[1])
    for title in BY_KEY[:2]:
        judge_five_by_touch(phone, title)
    assert judged() == 10
    with phone.expect_download() as file:
        phone.get_by_role("link", name="Rekordbox").tap()
    assert 'Rating="255"' in Path(file.value.path()).read_text()


def from_menu(phone: Page, title: str, act: str) -> None:
    phone.get_by_role("button", name=f"Menu of {title}").tap()
    phone.get_by_role("menuitem", name=act, exact=True).tap()
    expect(phone.get_by_role("menu")).to_be_hidden()


def judge_five_by_touch(phone: Page, title: str) -> None:
    titles(phone).get_by_text(title).tap()
    expect(phone.get_by_role("heading", name=title, level=1)).to_be_visible()
    for tag in HEARD:
        row = phone.locator(f'.tag-row[data-tag="{tag}"]')
        row.locator(".verdict.no" if tag == "techno" else ".verdict.yes").tap()
        expect(phone.locator("#tags .undo")).to_contain_text(tag)
    phone.get_by_role("navigation", name="Places").get_by_role("link", name="Library").tap()
    expect(phone.get_by_role("heading", name="3 tracks")).to_be_visible()


def test_an_archivists_morning_by_keyboard(web: Page, archive: list[Track]) -> None:
    """Fifty questions, a colleague contradicted, a bulk change and its undoing."""
    web.goto("/review/")
    for answered in range(50):
        if answered and answered % ROUND == 0:
            web.get_by_role("button", name="20 more").press("Enter")
        at_question(web, answered % ROUND)
        web.keyboard.press("yn"[answered % 2])
    at_question(web, 50 % ROUND)
    assert judged() == 51
    web.goto(f"/tracks/{archive[0].pk}/")
    row = web.locator('.tag-row[data-tag="violin"]')
    web.keyboard.press(str(row.get_attribute("data-key")))
    expect(row).to_have_class(re.compile("picked"))
    web.keyboard.press("r")
    expect(web.get_by_text("violin rejected.")).to_be_visible()
    web.goto("/?ordering=title")
    web.get_by_role("checkbox", name="Select all on this page").press("Space")
    bar = web.get_by_role("form", name="With the selected tracks")
    expect(bar).to_contain_text("18 selected")
    bar.get_by_label("Tag", exact=True).fill("piano")
    bar.get_by_role("button", name="Accept").press("Enter")
    undo_by(web, lambda button: button.press("Enter"))


def undo_by(page: Page, act: Callable[[Locator], None]) -> None:
    expect(page.locator(".toast")).to_contain_text("piano accepted on 18 tracks.")
    pianos = Verdict.objects.filter(tag__slug="piano", withdrawn_at=None)
    assert pianos.count() == 18
    act(page.locator(".toast").get_by_role("button", name="Undo"))
    expect(page.get_by_text("piano is as it was on 18 tracks.")).to_be_visible()
    assert not pianos.exists()


def at_question(page: Page, number: int) -> None:
    """Answered so many of the round, and asked the next."""
    steps = page.get_by_role("list", name=re.compile(f"^{number} of {ROUND}"))
    expect(steps).to_be_attached()
    expect(page.locator("#question")).to_be_visible()


def test_an_archivists_morning_by_touch(phone: Page, archive: list[Track]) -> None:
    """A round of questions, a colleague contradicted, a bulk change and its undoing."""
    phone.goto("/review/")
    for answered in range(ROUND):
        at_question(phone, answered)
        phone.locator(("#answer-yes", "#answer-no")[answered % 2]).tap()
    expect(phone.get_by_role("heading", name="A round of 20: done")).to_be_visible()
    assert judged() == ROUND + 1
    phone.goto(f"/tracks/{archive[0].pk}/")
    phone.locator('.tag-row[data-tag="violin"] .verdict.no').tap()
    expect(phone.get_by_text("violin rejected.")).to_be_visible()
    phone.goto("/?ordering=title")
    phone.locator("#pick-page").tap()
    bar = phone.get_by_role("form", name="With the selected tracks")
    expect(bar).to_contain_text("18 selected")
    bar.get_by_label("Tag", exact=True).fill("piano")
    bar.get_by_role("button", name="Accept").tap()
    undo_by(phone, lambda button: button.tap())
