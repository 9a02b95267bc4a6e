"""A training from the form to its curves, on a page that follows by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tagger.jobs import lifecycle
from tagger.models import Training, User, Verdict
from tagger.training.manage import note, record_epoch
from tests.tagger.conftest import scratch_media, sent
from tests.tagger.training.test_manage import report
from tests.tagger.training.training_rows import labelled, small_model
from tests.web import rows

from .conftest import signed_in
from .witness import Witness

__all__ = ["scratch_media", "sent"]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("sent")]


@pytest.fixture
def boss(owner: User, tmp_path: Path) -> User:
    boss = rows.person("boss", is_staff=True)
    small_model(tmp_path)
    for answer in Verdict.Answer:
        labelled(boss, "harp", answer, 12)
    return boss


@pytest.fixture
def page(chromium: Browser, live_server: Any, boss: User) -> Iterator[Page]:
    context = signed_in(chromium, live_server, boss)
    page = context.new_page()
    witness = Witness(page, live_server.url)
    yield page
    witness.testify()
    context.close()


def test_it_is_started_watched_and_cancelled_without_a_reload(page: Page) -> None:
    page.goto("/trainings/")
    page.get_by_role("link", name="New training").first.click()
    page.get_by_text("More settings").click()
    page.get_by_label("Epochs").fill("3")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("It waits for the training worker.")).to_be_visible()
    training = Training.objects.get()
    job = lifecycle.claim(str(training.job_id))
    assert job is not None
    lifecycle.report(job, stage="training", done=4, total=12, unit="updates")
    note(training, "epoch 1 of 3")
    record_epoch(training, report(1))
    expect(page.get_by_text("4 of 12")).to_be_visible()
    expect(page.locator("#curves canvas")).to_have_count(3)
    expect(page.locator("#training-log")).to_contain_text("epoch 1 of 3")
    page.get_by_text("As a table").click()
    record_epoch(training, report(2, loss=0.2468))
    expect(page.locator("#training-epochs").get_by_role("cell", name="0.2468")).to_be_visible()
    expect(page.locator("#curves .u-legend").first).to_contain_text("0.2468")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("stopping…")).to_be_visible()
    lifecycle.end_cancelled(job)
    expect(page.get_by_role("link", name="Another one like it")).to_be_visible()
