from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.db import connection

from tagger.analysis.cover_hue import HUES, hue
from tagger.models import Track, User
from tests.web import rows

CSS = Path(settings.BASE_DIR) / "static" / "css" / "covers.css"


def embeddings() -> Iterator[np.ndarray]:
    """As a network gives them: no unit is negative, all share a good part, length 1."""
    random = np.random.default_rng(3)
    shared = random.gamma(0.5, size=1024)
    for _ in range(200):
        made = shared + 2 * random.gamma(0.3, size=1024)
        yield (made / np.linalg.norm(made)).astype(np.float32)


def test_all_colours_occur_and_the_page_has_a_class_for_each() -> None:
    found = {hue(embedding) for embedding in embeddings()}
    assert found <= set(range(HUES))
    assert len(found) > HUES // 2
    assert all(f".h{number} {{" in CSS.read_text() for number in range(HUES))


def test_what_sounds_nearly_the_same_has_nearly_the_same_colour() -> None:
    random = np.random.default_rng(5)
    near = [(one, one + random.normal(0, 0.0005, size=1024)) for one in embeddings()]
    apart = [abs(hue(one) - hue(other)) for one, other in near]
    close = [min(steps, HUES - steps) <= 1 for steps in apart]
    # What lies in the very middle of the plane has no direction to speak of.
    assert np.mean(close) > 0.95


@pytest.mark.django_db
def test_libraries_from_before_get_the_same_covers(owner: User) -> None:
    sent = list(embeddings())[:12]
    tracks = [rows.analysed(rows.track(owner), embedding=embedding) for embedding in sent]
    wanted = [hue(embedding) for embedding in sent]
    assert [track.hue for track in tracks] == wanted
    Track.objects.update(hue=None)
    fill = import_module("tagger.migrations.0031_track_hue").FILL
    with connection.cursor() as cursor:
        cursor.execute(fill)
    by_id = Track.objects.in_bulk()
    assert [by_id[track.pk].hue for track in tracks] == wanted
