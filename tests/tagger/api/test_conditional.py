from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tagger.feedback.verdicts import give_verdict
from tagger.library.tracks import held, rename_track
from tagger.models import Job, Tag, Track, User, Verdict
from tests.web import rows


def address(song: Track, what: str = "") -> str:
    return f"/api/v1/tracks/{song.pk}/{what}"


def patch(api: Client, song: Track, etag: str, title: str = "New") -> Any:
    return api.patch(
        address(song), {"title": title}, "application/json", headers={"If-Match": etag}
    )


@pytest.fixture
def job(song: Track) -> Job:
    return rows.job(song, Job.State.RUNNING, done=1.0, total=9.0, unit="seconds")


@pytest.mark.parametrize("what", ["", "tags/"])
def test_what_the_client_has_is_not_sent_again(api: Client, song: Track, what: str) -> None:
    first = api.get(address(song, what))
    assert "private" in first["Cache-Control"]
    again = api.get(address(song, what), headers={"If-None-Match": f'"other", {first["ETag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]


@pytest.mark.parametrize("what", ["", "tags/"])
def test_a_verdict_gives_another_etag(api: Client, song: Track, owner: User, what: str) -> None:
    etag = api.get(address(song, what))["ETag"]
    give_verdict(owner, song, Tag.objects.get(slug="piano"), Verdict.Answer.ACCEPTED)
    again = api.get(address(song, what), headers={"If-None-Match": etag})
    assert again.status_code == 200
    assert "piano" in again.content.decode()


def test_a_job_is_sent_again_when_it_has_moved(api: Client, job: Job) -> None:
    place = f"/api/v1/jobs/{job.pk}/"
    first = api.get(place)
    known = {"If-None-Match": first["ETag"]}
    still = api.get(place, headers=known)
    assert still.status_code == 304
    assert int(first["Retry-After"]) == int(still["Retry-After"]) > 0
    Job.objects.update(done=2.0)
    assert api.get(place, headers=known).status_code == 200


def test_a_job_that_has_ended_is_not_to_be_asked_again(api: Client, job: Job) -> None:
    Job.objects.update(state=Job.State.SUCCEEDED)
    assert "Retry-After" not in api.get(f"/api/v1/jobs/{job.pk}/")


def test_a_change_goes_through_while_nobody_else_has_changed_it(api: Client, song: Track) -> None:
    changed = patch(api, song, api.get(address(song))["ETag"])
    assert (changed.status_code, changed.json()["title"]) == (200, "New")
    assert changed["ETag"] == api.get(address(song))["ETag"]
    assert patch(api, song, changed["ETag"], "Newer").status_code == 200
    assert patch(api, song, "*", "Newest").status_code == 200


@pytest.mark.parametrize("etag", [None, '"made-up"', "not an etag"])
def test_a_change_on_an_old_state_is_refused(api: Client, song: Track, etag: str | None) -> None:
    etag = etag or api.get(address(song))["ETag"]
    rename_track(song, title="Somebody was quicker", artist="", album="")
    refused = patch(api, song, etag)
    assert refused.status_code == 412
    assert refused.json()["type"] == "/api/v1/problems/precondition-failed/"
    song.refresh_from_db()
    assert song.title == "Somebody was quicker"


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_on_the_same_state_one_is_refused(api: Client, song: Track) -> None:
    """The second waits for the first, then sees what it did."""
    etag, answers = api.get(address(song))["ETag"], []

    def second() -> None:
        try:
            answers.append(patch(api, song, etag, "Second").status_code)
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with held(song):
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        rename_track(song, title="First", artist="", album="")
    thread.join()
    assert answers == [412]
    song.refresh_from_db()
    assert song.title == "First"
