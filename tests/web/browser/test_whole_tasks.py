"""Whole tasks, as people do them: by keyboard alone on a desk, by touch on a phone.

Files go up as they do, and are given what a worker would find: that one listens is tested elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tagger.feedback.verdicts import accept_shown
from tagger.jobs import lifecycle
from tagger.libraries.members import Role
from tagger.models import Job, Membership, Tag, Track, User, Verdict
from tests.audio_factory import music, write
from tests.web import rows

from .conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Title: BPM and key. By key they go round as disc jockeys number them: 5A, 8A, 11B.
SET = {"Anchor": (124.0, "A"), "Beacon": (118.0, "Am"), "Cutter": (128.0, "Cm")}
BY_BPM = ["Beacon", "Anchor", "Cutter"]
BY_KEY = ["Cutter", "Beacon", "Anchor"]
HEARD = {"guitar": 0.9, "rock": 0.85, "piano": 0.8, "drums": 0.75, "techno": 0.7}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three short files; each of another length, since the same sound would be the same track."""
    night = tmp_path / "Night"
    night.mkdir()
    for number, title in enumerate(SET):
        write(night / f"{title}.mp3", music(2 + number), metadata={"title": title})
    return night


@pytest.fixture
def phone(chromium: Browser, live_server: Any, owner: User) -> Iterator[Page]:
    options = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    context = signed_in(chromium, live_server, owner, **options)
    yield context.new_page()
    context.close()


@pytest.fixture
def archive(owner: User) -> list[Track]:
    """Ten tracks and fifty questions about them. A colleague has said yes to what is asked first."""
    scores = {"harp": 0.5, "guitar": 0.53, "flute": 0.55, "piano": 0.57, "violin": 0.6}
    tracks = [rows.analysed(rows.track(owner, f"Tape {n:02}"), **scores) for n in range(10)]
    colleague = rows.person("colleague")
    Membership.objects.create(
        library=owner.personal_library, person=colleague, role=Role.EDITOR
    )
    for track in tracks:
        accept_shown(colleague, track, Tag.objects.get(slug="harp"))
    return tracks


def heard() -> None:
    """As a worker would leave them."""
    for job in Job.objects.filter(kind=Job.Kind.TAG_TRACK):
        claimed = lifecycle.claim(str(job.pk))
        assert claimed
        assert claimed.track
        bpm, key = SET[claimed.track.title]
        Track.objects.filter(pk=claimed.track_id).update(bpm=bpm, key=key, music_state="analysed")
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
    return Verdict.objects.filter(withdrawn_at=None).count()


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
    assert re.findall(r' Name="(\w+)" ', text) == BY_KEY
    assert text.count('Rating="255"') == 1


def judge_five_by_keyboard(web: Page, title: str) -> None:
    titles(web).get_by_text(title).press("Enter")
    expect(web.get_by_role("heading", name=title, level=1)).to_be_visible()
    for number, answer in enumerate("aarar", 1):
        web.keyboard.press(str(number if answer == "a" else 1))
        web.keyboard.press(answer)
    expect(web.locator("#tags [aria-busy]")).to_have_count(0)
    web.get_by_role("link", name="Library", exact=True).press("Enter")
    expect(web.get_by_role("heading", name="3 tracks")).to_be_visible()
