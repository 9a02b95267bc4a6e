from __future__ import annotations

import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tagger.models import Job, Track, User

from . import rows


def titles(page: Client, query: str = "") -> list[str]:
    response = page.get(f"/{query}")
    assert response.status_code == 200
    return [row.track.title for row in response.context["rows"]]


@pytest.fixture
def shelf(owner: User) -> None:
    rows.analysed(rows.track(owner, "Guitar only"), guitar=0.9)
    rows.analysed(rows.track(owner, "Guitar and piano", artist="Ana"), guitar=0.6, piano=0.8)
    rows.analysed(rows.track(owner, "Piano only"), piano=0.7)


def test_an_empty_library_invites_to_upload(page: Client) -> None:
    text = page.get("/").content.decode()
    assert "Your library is empty" in text
    assert 'href="/upload/"' in text


def test_tracks_of_others_are_not_in_the_list(page: Client, outsider: User, shelf: None) -> None:
    rows.track(outsider, "Secret")
    assert titles(page) == ["Piano only", "Guitar and piano", "Guitar only"]


def test_several_tags_are_combined(page: Client, shelf: None) -> None:
    assert titles(page, "?tag=guitar&tag=piano") == ["Guitar and piano"]


def test_a_tag_can_be_left_out(page: Client, shelf: None) -> None:
    assert titles(page, "?tag=guitar&exclude_tag=piano") == ["Guitar only"]


def test_a_minimum_score_holds_for_the_tags_asked_for(page: Client, shelf: None) -> None:
    assert titles(page, "?tag=guitar&tag_min=0.8") == ["Guitar only"]


def test_the_best_match_can_come_first(page: Client, shelf: None) -> None:
    assert titles(page, "?tag=guitar&ordering=-score") == ["Guitar only", "Guitar and piano"]


def test_words_are_looked_for_in_title_and_artist(page: Client, shelf: None) -> None:
    assert titles(page, "?q=ana+guitar") == ["Guitar and piano"]


def test_facets_count_what_is_shown(page: Client, shelf: None) -> None:
    sections = page.get("/?tag=guitar").context["sections"]
    counts = {link.tag.name: link.count for section in sections for link in section.links}
    assert counts == {"piano": 1}


def test_each_condition_can_be_taken_away(page: Client, shelf: None) -> None:
    chosen = page.get("/?tag=guitar&exclude_tag=piano&page=1").context["chosen"]
    assert [(item.label, item.remove_url) for item in chosen] == [
        ("guitar", "/?exclude_tag=piano"),
        ("piano", "/?tag=guitar"),
    ]


def test_an_empty_result_says_how_to_widen_it(page: Client, shelf: None) -> None:
    text = page.get("/?tag=harp&q=zzz").content.decode()
    assert "No track fits" in text
    assert "drop harp" in text
    assert "search without “zzz”" in text


def test_empty_fields_do_not_stay_in_the_address(page: Client, shelf: None) -> None:
    response = page.get("/?q=&tag_min=0&state=&tag=guitar")
    assert response.status_code == 302
    assert response["Location"] == "/?tag=guitar"


def test_an_address_that_asks_for_an_unknown_tag_says_so(page: Client, shelf: None) -> None:
    response = page.get("/?tag=kazoo")
    assert response.status_code == 400
    assert "kazoo" in response.content.decode()


@pytest.mark.parametrize("query", ["?tag_min=7", "?ordering=loudest", "?state=lost"])
def test_nonsense_in_the_address_is_refused(query: str, page: Client, shelf: None) -> None:
    assert page.get(f"/{query}").status_code == 400


def test_a_page_that_does_not_exist_is_the_last_one(page: Client, shelf: None) -> None:
    assert len(titles(page, "?page=99")) == 3


def test_unfinished_tracks_show_their_state(page: Client, owner: User) -> None:
    made = rows.track(owner, "Long one")
    rows.job(made, Job.State.RUNNING, stage="tagging", done=3, total=10, attempts=1)
    response = page.get("/")
    assert "Tagging" in response.content.decode()
    assert response.context["poll"] == 1


def test_titles_are_text_not_markup(page: Client, owner: User) -> None:
    rows.track(owner, "<script>alert(1)</script>")
    assert "<script>alert" not in page.get("/").content.decode()


def test_the_number_of_queries_does_not_grow_with_the_library(
    page: Client, owner: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        rows.analysed(rows.track(owner), guitar=0.9, vocals=0.8, woman=0.7)
    with django_assert_num_queries(13):
        page.get("/")


def test_the_list_merges_synonyms(page: Client, owner: User) -> None:
    rows.analysed(rows.track(owner), female=0.6, female_voice=0.8, woman=0.7)
    row = page.get("/").context["rows"][0]
    assert [(chip.tag.name, round(chip.score, 2)) for chip in row.chips] == [("female vocals", 0.8)]


def test_five_chips_stand_for_many_tags(page: Client, song: Track) -> None:
    rows.analysed(song, guitar=0.9, rock=0.8, drums=0.7, loud=0.6, fast=0.6, metal=0.55, pop=0.5)
    row = page.get("/").context["rows"][0]
    assert [chip.tag.name for chip in row.chips] == ["guitar", "rock", "drums", "fast", "loud"]
    assert row.more == 2


def test_what_is_listed_can_be_exported(page: Client, shelf: None) -> None:
    links = dict(page.get("/?tag=guitar&ordering=title&page=1").context["exports"])
    assert list(links) == ["CSV", "JSON", "M3U8", "Rekordbox"]
    assert links["CSV"] in page.get("/?tag=guitar&ordering=title").content.decode().replace(
        "&amp;", "&"
    )
    exported = [track["title"] for track in json.loads(page.get(links["JSON"]).getvalue())]
    assert exported == ["Guitar and piano", "Guitar only"]


def test_tracks_are_found_by_tempo_key_and_day(page: Client, owner: User, shelf: None) -> None:
    Track.objects.filter(title="Piano only").update(bpm=90.5, key="Am")
    Track.objects.filter(title="Guitar only").update(bpm=140, key="C")
    Track.objects.filter(title="Guitar and piano").update(created_at="2020-02-02T12:00Z")
    assert titles(page, "?bpm_min=90&bpm_max=100") == ["Piano only"]
    assert titles(page, "?bpm_min=90&ordering=-bpm") == ["Guitar only", "Piano only"]
    assert titles(page, "?key=C") == ["Guitar only"]
    assert titles(page, "?key=C&key=Am") == ["Piano only", "Guitar only"]
    assert titles(page, "?key=G&key_mode=compatible") == ["Guitar only"]
    assert titles(page, "?uploaded_before=2020-02-03") == ["Guitar and piano"]
    assert titles(page, "?uploaded_after=2020-02-03") == ["Piano only", "Guitar only"]


def test_any_of_the_tags_may_do(page: Client, shelf: None) -> None:
    assert len(titles(page, "?tag=guitar&tag=piano&tag_mode=any")) == 3
    text = page.get("/?tag=guitar&tag=piano").content.decode()
    assert 'name="tag_mode"' in text


def test_every_condition_that_stands_can_be_taken_away(page: Client, shelf: None) -> None:
    query = (
        "q=x&tag_min=0.5&source=person&state=tagged&bpm_min=90&key=F%23m&uploaded_after=2020-01-01"
    )
    chosen = page.get(f"/?{query}").context["chosen"]
    assert [item.label for item in chosen] == [
        "“x”",
        "≥ 50\u00a0%",
        "tags by people",
        "tagged",
        "from 90 BPM",
        "F♯ minor",
        "uploaded from 2020-01-01",
    ]
    for item in chosen:
        assert page.get(item.remove_url).status_code == 200


@pytest.mark.parametrize("query", ["?bpm_min=fast", "?key=H", "?uploaded_after=soon", "?id=1"])
def test_more_nonsense_is_refused(query: str, page: Client, shelf: None) -> None:
    assert page.get(f"/{query}").status_code == 400


def test_very_many_are_not_all_counted(
    page: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        rows.analysed(rows.track(owner), guitar=0.9, piano=0.9)
    monkeypatch.setattr("tagger.library.facets.MOST_COUNTED", 3)
    text = page.get("/?tag=guitar").content.decode()
    assert "3+ tracks" in text
    assert "These numbers are of 3 of the tracks" in text
    assert "4 tracks" in page.get("/").content.decode()
