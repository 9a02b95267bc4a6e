from __future__ import annotations

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.test import Client

from tagger.exports.table import defused
from tagger.feedback.verdicts import give_verdict
from tagger.models import Tag, Track, User, Verdict
from tests.web import rows

from .test_errors import problem

EXPORTS = "/api/v1/exports/tracks"


def text(response: Any) -> str:
    assert response.status_code == 200
    assert response.streaming
    return response.getvalue().decode()


def table(api: Client, **parameters: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text(api.get(f"{EXPORTS}.csv", parameters)))))


@pytest.fixture
def shelf(song: Track, owner: User) -> Track:
    """Blue hour (a guitar, surely), and a later one that only a person calls piano."""
    later = rows.track(owner, 'Say "so", twice', artist="Ana")
    give_verdict(owner, later, Tag.objects.get(slug="piano"), Verdict.Answer.ACCEPTED)
    return later


def test_a_table_holds_words_facts_and_tags(api: Client, song: Track, shelf: Track) -> None:
    later, blue = table(api)
    assert later["title"] == 'Say "so", twice'
    assert (later["tags"], later["scores"]) == ("piano", "")
    assert (blue["id"], blue["artist"], blue["state"]) == (str(song.pk), "Mira", "tagged")
    assert (blue["tags"], blue["scores"]) == ("guitar; rock", "0.9000; 0.6000")
    assert blue["file_sha256"] == song.file_sha256


@pytest.mark.parametrize(
    "word",
    [
        "=1+1",
        "+49",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\n=1",
        "  =1",
        "\uff1d1",
        "\u200b=1",
        "\u202e\ufeff +1",
        "\u00a0=1",
        '=cmd|"/c calc"!A1',
    ],
)
def test_no_cell_runs_as_a_formula(api: Client, owner: User, word: str) -> None:
    rows.track(owner, word, artist=word, album=word)
    row = table(api)[0]
    assert {row["title"], row["artist"], row["album"]} == {f"'{word}"}


@pytest.mark.parametrize("word", ["", "Blue hour", "1=1", "'n Abend", "é", "(=)"])
def test_other_cells_stay_as_they_are(word: str) -> None:
    assert defused(word) == word


def test_a_spreadsheet_is_told_that_it_is_utf8_and_a_program_finds_its_first_column(
    api: Client, shelf: Track, owner: User
) -> None:
    browser = Client()
    browser.force_login(owner)
    assert text(browser.get(f"{EXPORTS}.csv")).startswith("\ufeffid,")
    assert text(api.get(f"{EXPORTS}.csv")).startswith("id,")


def test_json_holds_what_the_list_shows(api: Client, shelf: Track) -> None:
    response = api.get(f"{EXPORTS}.json")
    body = text(response)
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'attachment; filename="tracks.json"'
    assert json.loads(body) == api.get("/api/v1/tracks/").json()["results"]


def test_a_playlist_names_the_files_with_length_and_title(api: Client, owner: User) -> None:
    long = rows.track(owner, "Blue\nhour", artist="Mira", state="tagged")
    Track.objects.update(duration=61.6, file_name="# 1 blüe.mp3")
    lines = text(api.get(f"{EXPORTS}.m3u8")).splitlines()
    assert lines == ["#EXTM3U", "#EXTINF:62,Mira - Blue hour", "./# 1 blüe.mp3"]
    Track.objects.filter(pk=long.pk).update(duration=None, artist="")
    assert "#EXTINF:-1,Blue hour" in text(api.get(f"{EXPORTS}.m3u8"))


def test_an_empty_library_is_still_a_file_of_its_format(api: Client) -> None:
    assert text(api.get(f"{EXPORTS}.json")).split() == ["[", "]"]
    assert text(api.get(f"{EXPORTS}.m3u8")) == "#EXTM3U\n"
    assert table(api) == []


def test_an_export_is_narrowed_and_ordered_as_the_list_is(api: Client, shelf: Track) -> None:
    assert [row["title"] for row in table(api, tag="guitar")] == ["Blue hour"]
    assert [row["artist"] for row in table(api, ordering="artist")] == ["Ana", "Mira"]
    problem(api.get(f"{EXPORTS}.csv", {"tag": "no-such-tag"}), 400, "invalid")
    problem(api.get(f"{EXPORTS}.csv", {"page_size": "5"}), 400, "unknown-parameter")


@pytest.mark.parametrize("suffix", ["csv", "json", "m3u8"])
def test_an_export_holds_ones_own_tracks_only(
    song: Track, stranger: Client, reader: Client, client: Client, suffix: str
) -> None:
    address = f"{EXPORTS}.{suffix}"
    assert "Blue hour" not in text(stranger.get(address))
    assert "Blue hour" in text(reader.get(address))
    problem(client.get(address), 401, "not-authenticated")


@pytest.mark.django_db(transaction=True)
def test_a_library_longer_than_memory_comes_piece_by_piece(
    api: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tagger.api.exports.CHUNK", 2)
    for number in range(5):
        rows.analysed(rows.track(owner, f"{number}"), guitar=0.9)
    listed = table(api, ordering="created")
    assert [row["title"] for row in listed] == ["0", "1", "2", "3", "4"]
    assert {row["tags"] for row in listed} == {"guitar"}


def test_the_queries_do_not_grow_with_the_library(
    api: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        rows.analysed(rows.track(owner, f"{number}"), guitar=0.9)
    with django_assert_max_num_queries(5):
        assert len(table(api)) == 30
