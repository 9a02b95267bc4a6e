from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tagger.models import Job, Track, TrackTag, User
from tests.web import rows

from .test_errors import problem

TRACKS = "/api/v1/tracks/"
Wav = Callable[..., Path]


def upload(api: Client, path: Path, **words: str) -> Any:
    with path.open("rb") as file:
        return api.post(TRACKS, {"file": file, **words})


def titles(api: Client, **parameters: Any) -> list[str]:
    response = api.get(TRACKS, parameters)
    assert response.status_code == 200, response.content
    return [track["title"] for track in response.json()["results"]]


def test_an_upload_is_accepted_with_a_job_to_poll(api: Client, wav: Wav) -> None:
    response = upload(api, wav(), artist="Mira")
    assert response.status_code == 202
    assert int(response["Retry-After"]) > 0
    body = response.json()
    assert body["duplicate"] is False
    assert (body["track"]["artist"], body["track"]["state"]) == ("Mira", "pending")
    job = api.get(response["Location"]).json()
    assert job == body["job"]
    assert (job["state"], job["trigger"], job["track"]) == ("queued", "api", body["track"]["id"])


def test_the_same_audio_again_is_the_track_that_exists(api: Client, wav: Wav) -> None:
    first = upload(api, wav()).json()
    again = upload(api, wav("again.wav"))
    assert again.status_code == 200
    assert again.json()["duplicate"] is True
    assert again.json()["track"]["id"] == first["track"]["id"]


def test_a_text_file_is_refused(api: Client, tmp_path: Path, scratch_media: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_text("milk and bread\n" * 100)
    response = upload(api, path)
    assert response.status_code == 415
    assert response.json()["type"] == "/api/v1/problems/not-audio/"
    assert not Track.objects.exists()


def test_an_empty_file_is_refused(api: Client, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.touch()
    response = upload(api, path)
    assert response.status_code == 422
    assert response.json()["type"] == "/api/v1/problems/empty/"


def test_a_large_file_is_refused_with_the_limit(api: Client, wav: Wav, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    response = upload(api, wav())
    assert response.status_code == 413
    assert response.json()["limit"] == 1000


def test_a_body_announced_as_too_large_is_not_even_read(api: Client, settings: Any) -> None:
    length = str(settings.MAX_UPLOAD_BYTES * 2)
    response = api.generic(
        "POST", TRACKS, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=length
    )
    assert response.status_code == 413


def test_an_upload_without_a_file_says_so(api: Client) -> None:
    response = api.post(TRACKS, {"title": "x"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "#/file"


def test_an_upload_that_is_no_form_is_refused(api: Client) -> None:
    assert api.post(TRACKS, {"file": "x"}, "application/json").status_code == 415


def test_a_list_takes_the_same_queries_whatever_its_length(
    api: Client, owner: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        rows.analysed(rows.track(owner, f"Song {number}"), guitar=0.9, rock=0.8)
    with django_assert_max_num_queries(6):
        assert len(titles(api)) == 12


def test_pages_follow_each_other_and_lead_back(api: Client, owner: User) -> None:
    for number in range(7):
        rows.track(owner, f"{number}")
    page = api.get(TRACKS, {"page_size": 3}).json()
    assert page["previous"] is None
    seen = [[track["title"] for track in page["results"]]]
    while page["next"]:
        page = api.get(page["next"]).json()
        seen.append([track["title"] for track in page["results"]])
    assert seen == [["6", "5", "4"], ["3", "2", "1"], ["0"]]
    page = api.get(page["previous"]).json()
    assert [track["title"] for track in page["results"]] == ["3", "2", "1"]
    page = api.get(page["previous"]).json()
    assert [track["title"] for track in page["results"]] == ["6", "5", "4"]
    assert page["previous"] is None
    assert page["next"]


@pytest.mark.parametrize("ordering", ["title", "-artist", "duration", "-duration", "created"])
def test_every_ordering_shows_each_track_once(api: Client, owner: User, ordering: str) -> None:
    for number in range(9):
        track = rows.track(owner, f"{number % 2}", artist=f"{number % 3}")
        track.duration = None if number % 3 == 0 else float(number % 4)
        track.save()
    expected = [track["id"] for track in api.get(TRACKS, {"ordering": ordering}).json()["results"]]
    listed, address = [], f"{TRACKS}?ordering={ordering}&page_size=2"
    while address:
        page = api.get(address).json()
        listed += [track["id"] for track in page["results"]]
        address = page["next"]
    assert listed == expected
    assert len(set(listed)) == 9


def test_best_first_pages_by_the_score(api: Client, owner: User) -> None:
    for number in range(5):
        rows.analysed(rows.track(owner, f"{number}"), guitar=0.5 + number / 20)
    page = api.get(f"{TRACKS}?tag=guitar&ordering=-score&page_size=3").json()
    assert [track["title"] for track in page["results"]] == ["4", "3", "2"]
    page = api.get(page["next"]).json()
    assert [track["title"] for track in page["results"]] == ["1", "0"]


@pytest.mark.parametrize("tags", ["tag=guitar", "tag=guitar&tag=piano&tag_mode=any"])
def test_best_first_ends_with_what_only_a_person_says(api: Client, owner: User, tags: str) -> None:
    for number in range(4):
        rows.analysed(rows.track(owner, f"{number}"), guitar=0.5 + number / 20)
    TrackTag.objects.filter(track__title="2").update(score=None)
    page = api.get(f"{TRACKS}?{tags}&ordering=-score&page_size=3").json()
    assert [track["title"] for track in page["results"]] == ["3", "1", "0"]
    page = api.get(page["next"]).json()
    assert [track["title"] for track in page["results"]] == ["2"]
    page = api.get(page["previous"]).json()
    assert [track["title"] for track in page["results"]] == ["3", "1", "0"]


def test_a_cursor_of_another_order_is_refused(api: Client, owner: User) -> None:
    for number in range(3):
        rows.track(owner, f"{number}")
    following = api.get(TRACKS, {"page_size": 1}).json()["next"]
    assert api.get(f"{following}&ordering=title").status_code == 400


def test_a_new_track_does_not_move_the_pages(api: Client, owner: User) -> None:
    for number in range(4):
        rows.track(owner, f"{number}")
    page = api.get(TRACKS, {"page_size": 2}).json()
    rows.track(owner, "new")
    assert [track["title"] for track in api.get(page["next"]).json()["results"]] == ["1", "0"]


def test_the_library_can_be_narrowed(api: Client, owner: User) -> None:
    rows.analysed(rows.track(owner, "A", artist="Mira"), guitar=0.9, rock=0.9)
    rows.analysed(rows.track(owner, "B"), guitar=0.6)
    rows.track(owner, "C")
    assert titles(api, tag="guitar") == ["B", "A"]
    assert titles(api, tag=["guitar", "rock"]) == ["A"]
    assert titles(api, tag=["guitar", "rock"], tag_mode="any") == ["B", "A"]
    assert titles(api, tag="guitar", exclude_tag="rock") == ["B"]
    assert titles(api, tag="guitar", tag_min="0.8") == ["A"]
    assert titles(api, state="pending") == ["C"]
    assert titles(api, q="mira") == ["A"]
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    assert titles(api, uploaded_after=tomorrow) == []


def test_a_track_shows_its_tags_and_facts(api: Client, song: Track) -> None:
    body = api.get(f"{TRACKS}{song.pk}/").json()
    assert body["title"] == "Blue hour"
    assert body["tags"][0] == {
        "slug": "guitar",
        "name": "guitar",
        "score": pytest.approx(0.9),
        "confidence": None,
        "strength": None,
        "source": "model",
        "passages": [],
    }


def test_words_can_be_changed_one_by_one(api: Client, song: Track) -> None:
    response = api.patch(f"{TRACKS}{song.pk}/", {"album": "Nights"}, "application/json")
    assert response.status_code == 200
    body = response.json()
    assert (body["title"], body["artist"], body["album"]) == ("Blue hour", "Mira", "Nights")


def test_what_is_not_the_persons_to_say_is_not_changed(api: Client, song: Track) -> None:
    api.patch(f"{TRACKS}{song.pk}/", {"state": "failed", "duration": 1}, "application/json")
    song.refresh_from_db()
    assert song.state == Track.State.TAGGED


def test_a_deleted_track_is_nowhere(api: Client, song: Track) -> None:
    assert api.delete(f"{TRACKS}{song.pk}/").status_code == 204
    assert api.delete(f"{TRACKS}{song.pk}/").status_code == 404
    for part in ("", "audio/", "peaks/", "predictions/", "similar/", "tags/"):
        assert api.get(f"{TRACKS}{song.pk}/{part}").status_code == 404
    assert titles(api) == []
    assert "Blue hour" not in b"".join(api.get("/api/v1/exports/tracks.csv")).decode()


def test_analysing_again_is_a_job(api: Client, song: Track) -> None:
    first = api.post(f"{TRACKS}{song.pk}/reanalyse/")
    assert first.status_code == 202
    assert Job.objects.get(pk=first.json()["id"]).state == Job.State.QUEUED
    assert api.post(f"{TRACKS}{song.pk}/reanalyse/").json() == first.json()


def test_moments_of_any_time_zone_narrow_the_library(api: Client, song: Track) -> None:
    farther = {"uploaded_after": "0140-09-06T21:07:16+17:08"}
    assert len(api.get(TRACKS, farther).json()["results"]) == 1
    before_all = {"uploaded_after": "0001-01-01T00:00:00+10:00"}
    body = problem(api.get(TRACKS, before_all), 400, "invalid")
    assert body["errors"][0]["parameter"] == "uploaded_after"


@pytest.mark.parametrize(
    ("sent_as", "kept"),
    [
        ("夜\u3000曲\xa02.wav", "夜\u3000曲\xa02.wav"),
        (
            "می\u200cشد \U0001f468\u200d\U0001f469.wav",
            "می\u200cشد \U0001f468\u200d\U0001f469.wav",
        ),
        ("R&B &copy; &lt;3.wav", "R&B &copy; &lt;3.wav"),
        ("e\u0301.wav", "e\u0301.wav"),
        ("a\u202egnp\u2028\x07.wav", "agnp.wav"),
        ("C:\\\\Music\\\\one.wav", "one.wav"),
    ],
)
def test_a_file_keeps_the_name_that_it_is_sent_under(
    api: Client, wav: Any, sent: list[str], sent_as: str, kept: str
) -> None:
    head = f'--B\r\nContent-Disposition: form-data; name="file"; filename="{sent_as}"\r\n\r\n'
    body = head.encode() + wav().read_bytes() + b"\r\n--B--\r\n"
    answer = api.post("/api/v1/tracks/", body, "multipart/form-data; boundary=B")
    assert answer.json()["track"]["file_name"] == kept
