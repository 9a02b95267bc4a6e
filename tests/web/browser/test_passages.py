"""An hour whose tags are those of its parts."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tagger.models import Track, User
from tests.tagger.tags.test_passages import analysed_mix
from tests.web import rows

pytestmark = pytest.mark.browser


@pytest.fixture
def mix(owner: User) -> Track:
    """Techno from about 12:40 to 31:00, of a model that is calibrated."""
    model = rows.active_model()
    model.card = {"calibration": {"tags": {}, "pooled": [1.0, 0.0]}}
    model.save()
    made = analysed_mix(owner, techno=(284, 695), piano=(1200, 1344))
    peaks = np.tile(np.array([-64, 64], dtype=np.int8), 4_000)
    Track.objects.filter(pk=made.pk).update(peaks=peaks.tobytes())
    return made


def test_a_passage_is_marked_over_time_and_plays(web: Page, mix: Track) -> None:
    web.goto(f"/tracks/{mix.pk}/")
    row = web.locator('.tag-row[data-slug="techno"]')
    expect(row.locator(".score")).to_have_text("sure")
    lane = web.locator(".taggram-row", has_text="techno")
    box, whole = lane.locator(".passage").bounding_box(), lane.locator("canvas").bounding_box()
    assert box is not None
    assert whole is not None
    assert (box["x"] - whole["x"]) / whole["width"] == pytest.approx(760 / 3600, abs=0.02)
    assert box["width"] / whole["width"] == pytest.approx(1100 / 3600, abs=0.02)
    with web.expect_request("**/audio/"):
        row.get_by_role("button", name="from 12:").click()
