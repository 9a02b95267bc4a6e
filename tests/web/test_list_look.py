from __future__ import annotations

import re

import pytest
from django.test import Client

from tagger.models import Track, User

from . import rows


@pytest.fixture
def shelf(owner: User) -> None:
    for title, key, bpm, year in (("Ash", "Am", 90.0, 1999), ("Beech", "C", 120.0, 1970)):
        made = rows.track(owner, title, key=key, bpm=bpm, year=year, album="Trees")
        rows.analysed(made, harp=0.9)
    rows.analysed(rows.track(owner, "Cedar"), harp=0.9, piano=0.8)


def heads(page: Client, query: str = "") -> list[str]:
    table = page.get(f"/{query}").content.decode().partition("<thead>")[2].partition("</thead>")[0]
    return re.findall(r'class="c-(\w+)"', table)[2:-1]


def titles(page: Client, query: str) -> list[str]:
    return [row.track.title for row in page.get(f"/{query}").context["rows"]]


def choose(page: Client, **sent: object) -> None:
    assert page.post("/list/look/", sent).status_code == 302


def test_a_browser_keeps_its_columns_and_their_order(page: Client, shelf: None) -> None:
    assert heads(page) == ["title", "wave", "tags", "bpm", "key", "length", "added"]
    choose(page, density="dense", order=["year", "bpm"], column=["bpm", "year", "camelot"])
    assert heads(page) == ["title", "year", "bpm", "camelot"]
    text = page.get("/").content.decode()
    assert "8A" in text
    assert "1970" in text
    assert 'class="tracks dense"' in text
    choose(page, density="dense", order=["year", "bpm"], column=["bpm", "year"], earlier="bpm")
    assert heads(page) == ["title", "bpm", "year"]
    choose(page, reset="1")
    assert heads(page) == ["title", "wave", "tags", "bpm", "key", "length", "added"]


@pytest.mark.parametrize(
    "kept", ["", "dense", "wide!bpm", "dense!nothing.bpm.bpm", "\x01", "!" * 99]
)
def test_what_a_browser_keeps_may_be_anything(page: Client, shelf: None, kept: str) -> None:
    page.cookies["list"] = kept
    assert page.get("/").status_code == 200


def test_it_leads_back_only_into_this_site(page: Client) -> None:
    answer = page.post("/list/look/", {"next": "//elsewhere.example/"})
    assert answer["Location"] == "/"
    answer = page.post("/list/look/", {"next": "/tags/harp/?page=2"})
    assert answer["Location"] == "/tags/harp/?page=2"


def test_heads_sort_and_turn_round(page: Client, shelf: None) -> None:
    text = page.get("/?ordering=bpm&tag=harp").content.decode()
    assert 'aria-sort="ascending"' in text
    assert 'href="/?ordering=-bpm&amp;tag=harp"' in text
    assert 'href="/?ordering=key&amp;tag=harp"' in text


def test_keys_are_sorted_as_disc_jockeys_number_them(page: Client, shelf: None) -> None:
    Track.objects.filter(title="Cedar").update(key="G#m")
    assert titles(page, "?ordering=key") == ["Cedar", "Ash", "Beech"]  # 1A, 8A, 8B
    assert titles(page, "?ordering=-key") == ["Beech", "Ash", "Cedar"]


def test_the_number_of_tags_sorts(page: Client, shelf: None) -> None:
    assert titles(page, "?ordering=-tags")[0] == "Cedar"
    assert titles(page, "?ordering=tags")[-1] == "Cedar"


def test_a_small_waveform_stands_in_the_row(page: Client, shelf: None, owner: User) -> None:
    rows.track(owner, "Not heard yet")
    text = page.get("/").content.decode()
    assert text.count('<svg class="mini-wave"') == 3


def test_tags_of_a_group_are_found_by_the_beginnings_of_their_words(
    page: Client, shelf: None, owner: User
) -> None:
    rows.analysed(rows.track(owner), female=0.9)
    found = page.get("/list/facets/?group=vocal&name=voc").content.decode()
    assert "female vocals" in found
    assert "harp" not in found
    assert "No tag here" in page.get("/list/facets/?group=vocal&name=zz").content.decode()
    links = page.get("/list/facets/?group=instrument&name=pi&tag=harp").content.decode()
    assert 'href="/?tag=harp&amp;tag=piano"' in links
    assert page.get("/list/facets/?group=vocal&tag_min=9").status_code == 400
