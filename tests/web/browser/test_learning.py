"""The whole way in a browser, with real workers: corrections, a training, a comparison, a change
of model and the way back. Each step leaves a picture in the test's own folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tagger.feedback.verdicts import give_verdict
from tagger.models import ModelVersion, Tag, Track, User, Verdict
from tagger.registry.versions import activate_model, install_model
from tests.tagger.conftest import scratch_media
from tests.tagger.training.training_rows import WIDE_AT_THE_END, beep, beeps, small_weights
from tests.web import rows

from .conftest import signed_in
from .witness import Witness
from .worker import worker

__all__ = ["scratch_media"]

PATIENCE = 240_000
INFERENCE = "--pool solo --queues inference,bulk,maintenance"
LEARNING = "--pool prefork --concurrency 1 --max-tasks-per-child 1 --queues training"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def boss(owner: User, scratch_media: Path, settings: Any, tmp_path: Path) -> User:
    """Of staff, with 28 tracks whose harps and lacks of harps are labelled already."""
    settings.DATA_DIR, settings.TRAINING_DATA = tmp_path, []
    boss = rows.person("boss", is_staff=True)
    version = install_model(small_weights(tmp_path, network=WIDE_AT_THE_END))
    # Untrained, it predicts everything half; nothing of that is to be shown.
    ModelVersion.objects.update(thresholds=[0.999] * len(version.labels))
    version.refresh_from_db()
    activate_model(version)
    harp = Tag.objects.get(name="harp")
    for number, track in enumerate(beeps(boss, tmp_path / "beeps", 28)):
        answer = (Verdict.Answer.REJECTED, Verdict.Answer.ACCEPTED)[number % 2]
        give_verdict(boss, track, harp, answer)
    return boss


@pytest.fixture
def workers(boss: User, tmp_path: Path) -> Iterator[None]:
    here = {"TONEMARK_DATA_DIR": str(tmp_path), "TONEMARK_TRAINING_DATA": ""}
    inference = worker(tmp_path / "hearing.log", INFERENCE, **here)
    learning = worker(tmp_path / "learning.log", LEARNING, **here)
    with inference, learning:
        yield


@pytest.fixture
def page(chromium: Browser, live_server: Any, boss: User, workers: None) -> Iterator[Page]:
    context = signed_in(chromium, live_server, boss)
    page = context.new_page()
    witness = Witness(page, live_server.url)
    yield page
    witness.testify()
    context.close()


def test_corrections_become_a_model_that_is_promoted_and_taken_back(
    page: Page, tmp_path: Path
) -> None:
    upload(page, tmp_path)
    say_what_they_are(page)
    verdicts = list(Verdict.objects.order_by("pk").values())
    with_a_harp(page, ["Night, judged hum"])
    before = shown()

    train(page)
    picture(page, tmp_path, "training")
    page.get_by_role("link", name="Compare with the active model").click()
    analyse_a_sample(page)
    picture(page, tmp_path, "compare")
    promote_against_the_gate(page)
    picture(page, tmp_path, "models")
    with_a_harp(page, ["Night, hum", "Night, judged hum"])
    picture(page, tmp_path, "library")

    page.goto("/models/")
    page.get_by_role("link", name="Roll back to small").click()
    page.get_by_role("button", name="Roll back").click()
    switched(page)
    with_a_harp(page, ["Night, judged hum"])
    assert shown() == before
    assert list(Verdict.objects.order_by("pk").values()) == verdicts


def upload(page: Page, folder: Path) -> None:
    """Four sounds, analysed by the model that knows nothing yet."""
    sounds = {"hum": (False, 1.0), "beep": (True, 1.0)}
    sounds |= {"judged hum": (False, 1.1), "judged beep": (True, 1.1)}
    files = [
        beep(folder / f"Night, {name}.wav", harsh=harsh, pitch=pitch)
        for name, (harsh, pitch) in sounds.items()
    ]
    page.goto("/upload/")
    page.set_input_files("#files", files)
    expect(page.locator("#transfers").get_by_text("Done")).to_have_count(4, timeout=PATIENCE)


def say_what_they_are(page: Page) -> None:
    for title in ("Night, judged hum", "Night, judged beep"):
        page.goto("/?q=Night")
        page.get_by_role("link", name=title, exact=True).click()
        page.get_by_role("combobox", name="Add tags").fill("harp")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator('.tag-row[data-tag="harp"]')).to_be_visible()
        # htmx takes clicks on what it has put there once it has settled: some 20 ms later.
        expect(page.locator(".htmx-added")).to_have_count(0)
    page.get_by_role("button", name="harp is wrong").click()
    expect(page.get_by_text("harp rejected.")).to_be_visible()


def train(page: Page) -> None:
    """The page is left to itself: curves and log come by themselves."""
    page.goto("/trainings/")
    page.get_by_role("link", name="New training").first.click()
    page.get_by_text("More settings").click()
    page.get_by_label("Epochs").fill("8")
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_url(re.compile(r"/trainings/[0-9a-f-]{36}/$"))
    page.evaluate("window.stillHere = true")
    expect(page.locator("#training-log")).to_contain_text("epoch 8 of 8", timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=PATIENCE)
    # Ten clips are told apart after one epoch: what moves no more is said, not drawn.
    expect(page.locator("#curves canvas")).to_have_count(1)
    expect(page.locator("#curves .flat")).to_contain_text("The same in every epoch")
    assert page.evaluate("window.stillHere === true")


def analyse_a_sample(page: Page) -> None:
    expect(page.locator("#verdict")).to_be_visible()
    expect(page.locator("#on-split")).to_contain_text("each compared with itself")
    page.get_by_role("button", name="Compare on the whole library").click()
    library = page.locator("#on-library")
    expect(library).to_contain_text("4 tracks heard by both", timeout=PATIENCE)
    expect(library.get_by_role("cell", name="harp", exact=True)).to_be_visible()
    expect(library.locator(".to-hear")).to_contain_text("Night, hum")
    expect(page.locator("#verdict")).to_contain_text("of 2 verdicts")


def promote_against_the_gate(page: Page) -> None:
    page.get_by_role("link", name="Promote").click()
    expect(page.get_by_text("It was never tested, only judged on clips")).to_be_visible()
    page.get_by_label("Why all the same?").fill("It knows a harp")
    page.get_by_role("button", name="Promote all the same").click()
    switched(page)
    expect(page.locator("main")).to_contain_text("It knows a harp")


def switched(page: Page) -> None:
    expect(page.locator("#model-work")).not_to_contain_text("being switched", timeout=PATIENCE)


def with_a_harp(page: Page, titles: list[str]) -> None:
    page.goto("/?q=Night&tag=harp&ordering=title")
    expect(page.locator(".track .title")).to_have_text(titles)


def shown() -> dict[str, set[str]]:
    tracks = Track.objects.prefetch_related("track_tags__tag")
    return {str(track.pk): {row.tag.name for row in track.track_tags.all()} for track in tracks}


def picture(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)
