from __future__ import annotations

from pathlib import Path

from django.test import Client

from tagger.models import Track

CONTENT = b"not really sound"


def address(song: Track, what: str = "audio") -> str:
    return f"/api/v1/tracks/{song.pk}/{what}/"


def test_the_file_is_streamed_privately(api: Client, song: Track) -> None:
    response = api.get(address(song))
    assert response.status_code == 200
    assert response.getvalue() == CONTENT
    assert response["Content-Type"] == "audio/mpeg"
    assert response["Cache-Control"].startswith("private")


def test_a_part_can_be_asked_for(api: Client, song: Track) -> None:
    response = api.get(address(song), headers={"Range": "bytes=4-9"})
    assert response.status_code == 206
    assert response.getvalue() == CONTENT[4:10]


def test_a_range_behind_the_end_is_a_problem(api: Client, song: Track) -> None:
    response = api.get(address(song), headers={"Range": "bytes=500-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(CONTENT)}"
    assert response.json()["type"] == "/api/v1/problems/range-not-satisfiable/"


def test_a_file_the_client_has_is_not_sent_again(api: Client, song: Track) -> None:
    etag = api.get(address(song))["ETag"]
    assert api.get(address(song), headers={"If-None-Match": etag}).status_code == 304


def test_the_size_can_be_asked_for_alone(api: Client, song: Track) -> None:
    response = api.head(address(song))
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(CONTENT))


def test_a_file_that_is_missing_is_a_problem(api: Client, song: Track) -> None:
    Path(song.file.path).unlink()
    response = api.get(address(song))
    assert response.status_code == 404
    assert response.json()["type"] == "/api/v1/problems/file-missing/"


def test_a_file_never_becomes_a_page_of_this_site(api: Client, song: Track) -> None:
    song.file.name = song.file.storage.save("tracks/x.html", song.file.file)
    song.save()
    response = api.get(address(song))
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_peaks_come_as_pairs(api: Client, song: Track) -> None:
    body = api.get(address(song, "peaks")).json()
    assert body["peaks"][:2] == [-64, 64]
    assert body["duration"] == song.duration


def test_a_track_that_was_not_analysed_has_no_peaks(api: Client, song: Track) -> None:
    Track.objects.update(peaks=None)
    response = api.get(address(song, "peaks"))
    assert response.status_code == 404
    assert response.json()["type"] == "/api/v1/problems/not-analysed/"
