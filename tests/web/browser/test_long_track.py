"""A mix of two hours: the page draws no more than it can show."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tagger.models import Track, User
from tests.web import rows

pytestmark = pytest.mark.browser

SEGMENTS = 2_689
STRONGEST = 1_843
# Counts what is painted into each canvas of the taggram, anew with each cell at its left edge.
COUNTING = """
const paint = CanvasRenderingContext2D.prototype.fillRect;
CanvasRenderingContext2D.prototype.fillRect = function (...box) {
  const { dataset } = this.canvas;
  dataset.cells = box[0] ? Number(dataset.cells) + 1 : 1;
  return paint.apply(this, box);
};
"""


@pytest.fixture
def mix(owner: User) -> Track:
    """Thirty labels all along; a flute for one moment, between segments without any."""
    labels = [label for label in rows.active_model().labels if label != "flute"]
    tags: dict[str, Any] = {label.replace(" ", "_"): 0.7 for label in labels[:30]}
    made = rows.analysed(rows.track(owner, "Two hours"), SEGMENTS, **tags)
    analysis = made.analyses.get()
    flute = analysis.model.labels.index("flute")
    scores = analysis.segment_scores()
    scores[:, flute] = 0.0
    scores[STRONGEST, flute] = 0.9
    analysis.scores = scores.astype("<f2").tobytes()
    analysis.save()
    peaks = np.tile(np.array([-64, 64], dtype=np.int8), 4_000)
    Track.objects.filter(pk=made.pk).update(peaks=peaks.tobytes())
    return made


def test_two_hours_are_drawn_in_as_many_cells_as_there_are_pixels(web: Page, mix: Track) -> None:
    web.add_init_script(COUNTING)
    web.goto(f"/tracks/{mix.pk}/")
    expect(web.locator(".taggram-row", has_text="flute")).to_be_visible()
    lanes = web.locator(".taggram-row canvas").all()
    assert len(lanes) > 20
    for canvas in lanes:
        width, cells = canvas.evaluate("({ clientWidth, dataset }) => [clientWidth, dataset.cells]")
        assert width / 2 < int(cells) <= width


def test_a_moment_between_two_pixels_is_seen_and_heard(web: Page, mix: Track) -> None:
    web.goto(f"/tracks/{mix.pk}/")
    lane = web.locator(".taggram-row", has_text="flute")
    canvas = lane.locator("canvas")
    box = canvas.bounding_box()
    assert box is not None
    wave = web.locator("#wave").bounding_box()
    assert wave is not None
    assert (wave["x"], wave["width"]) == (box["x"], box["width"])
    at = box["width"] * (STRONGEST + 0.5) / SEGMENTS
    canvas.hover(position={"x": at, "y": 5})
    moment = r"1:22:1\d"
    expect(canvas).to_have_attribute("title", re.compile(rf"flute · {moment} · 90"))
    canvas.click(position={"x": at, "y": 5})
    position = web.get_by_role("slider", name="Position").first
    expect(position).to_have_attribute("aria-valuetext", re.compile(rf"^{moment} of"))
