"""A candidate is looked at, compared, promoted and rolled back from, all in the browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tagger.models import Job, ModelVersion, Track, User
from tagger.registry.versions import activate_model
from tests.tagger.registry.cards import card_of, paired
from tests.web import rows

pytestmark = pytest.mark.browser


@pytest.fixture
def song(owner: User) -> Track:
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    return rows.analysed(rows.track(owner, "Blue hour", artist="Mira"), guitar=0.9, rock=0.6)


@pytest.fixture
def candidate(song: Track) -> ModelVersion:
    active = rows.active_model()
    ModelVersion.objects.filter(pk=active.pk).update(card=card_of(0.9))
    made = rows.candidate({song: {"harp": 0.9}}, paired(0.02, active.sha256))
    made.smoke = {"sounds": ["silence"], "problems": []}
    made.save()
    return made


def test_a_candidate_is_compared_promoted_and_rolled_back(
    web: Page, candidate: ModelVersion, song: Track
) -> None:
    web.goto("/")
    web.get_by_role("link", name="Models").click()
    card = web.get_by_role("article").filter(has_text=candidate.name)
    card.get_by_role("link", name="Compare").click()
    expect(web.locator("#verdict")).to_contain_text(
        "Better than the active model. It ranks the test clips better"
    )
    expect(web.locator(".to-hear")).to_contain_text("Blue hour")
    web.get_by_role("link", name="Promote").click()
    web.get_by_role("button", name="Promote").click()
    expect(web.locator("#model-work")).to_contain_text(f"being switched to {candidate.name}")
    web.goto(f"/tracks/{song.pk}/")
    expect(web.locator("#tags")).to_contain_text("harp")
    rows.work_off(Job.Kind.SWITCH_TAGS)
    web.goto("/")
    expect(web.locator(".track .chip").first).to_contain_text("harp")

    web.get_by_role("link", name="Models").click()
    expect(web.locator("#model-work")).not_to_contain_text("being switched")
    web.get_by_role("link", name="Roll back to tonemark-test").click()
    web.get_by_role("button", name="Roll back").click()
    expect(web.get_by_role("status").first).to_contain_text("is the active model again")
    rows.work_off(Job.Kind.SWITCH_TAGS)
    web.goto("/")
    expect(web.locator(".track .chip").first).to_contain_text("guitar")


def test_a_worse_one_is_promoted_with_a_reason_only(web: Page, candidate: ModelVersion) -> None:
    candidate.card = card_of(0.8)
    candidate.save()
    web.goto(f"/models/{candidate.pk}/promote/")
    expect(web.get_by_text("worse than tonemark-test")).to_be_visible()
    button = web.get_by_role("button", name="Promote all the same")
    button.click()
    expect(web).to_have_url(f"/models/{candidate.pk}/promote/")
    web.get_by_label("Why all the same?").fill("A trial")
    button.click()
    expect(web.locator("main")).to_contain_text("A trial")


def test_work_that_is_stopped_leaves_the_page_whole(web: Page, song: Track) -> None:
    """The part that renews itself is not all that comes back when one of its buttons is used."""
    activate_model(rows.candidate({}))
    web.goto("/models/")
    web.get_by_role("button", name="Hear them with").click()
    work = web.locator("#model-work")
    expect(work).to_contain_text("hears what the active model has not heard")
    work.get_by_role("button", name="Stop").click()
    expect(web.get_by_text("Stopped. What has been heard stays.")).to_be_visible()
    expect(web.get_by_role("heading", name="Models")).to_be_visible()
