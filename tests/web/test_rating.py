from __future__ import annotations

import re

from django.test import Client

from tagger.feedback.ratings import rate
from tagger.models import Rating, Track, User

from . import rows


def stars(html: str) -> list[tuple[str, str]]:
    return re.findall(r'class="stars( own)?"[^>]*data-stars="(\d)"', html)


def test_the_page_of_a_track_rates_it_and_the_same_star_takes_it_back(
    page: Client, song: Track
) -> None:
    assert page.post(f"/tracks/{song.pk}/rating/", {"stars": "4"}).status_code == 302
    html = page.get(f"/tracks/{song.pk}/").content.decode()
    assert html.count("data-lit") == 4
    assert re.search(
        r'id="star-4" class="star" name="stars"\s+value="0"\s+aria-pressed="true"', html
    )
    page.post(f"/tracks/{song.pk}/rating/", {"stars": "0"}, HTTP_HX_REQUEST="true")
    assert not Rating.objects.exists()
    assert page.post(f"/tracks/{song.pk}/rating/", {"stars": "9"}).status_code == 400


def test_the_list_shows_ones_own_stars_else_the_mean_and_tells_them_apart(
    page: Client, owner: User
) -> None:
    mine, others, _ = (rows.track(owner, name) for name in ("b", "a", "c"))
    rate(owner, mine, 5)
    rate(rows.person("guest"), others, 2)
    page.post("/list/look/", {"order": ["rating"], "column": ["rating"]})
    html = page.get("/?ordering=title").content.decode()
    assert stars(html) == [("", "2"), (" own", "5"), ("", "0")]
    narrowed = page.get("/?rating_min=3").content.decode()
    assert "from 3 stars" in narrowed
    assert stars(narrowed) == [(" own", "5")]
