from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tagger.accounts import idempotency
from tagger.accounts.idempotency import ANSWER_LIFETIME, IN_FLIGHT, KeyInUseError
from tagger.models import Job, KeptAnswer, Track, User
from tagger.tasks import reap_jobs
from tests.web import rows

from .test_errors import problem

TRACKS = "/api/v1/tracks/"
Wav = Callable[..., Path]


def upload(api: Client, path: Path, key: str = "first", **words: str) -> Any:
    with path.open("rb") as file:
        return api.post(TRACKS, {"file": file, **words}, headers={"Idempotency-Key": key})


def post(api: Client, address: str, key: str = "first") -> Any:
    return api.post(address, headers={"Idempotency-Key": key})


def age(by: timedelta) -> None:
    KeptAnswer.objects.update(created_at=timezone.now() - by)


def test_an_upload_whose_answer_was_lost_is_answered_the_same_again(api: Client, wav: Wav) -> None:
    first = upload(api, wav(), artist="Mira")
    again = upload(api, wav(), artist="Mira")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.content == first.content
    for name in ("Content-Type", "Location", "Retry-After"):
        assert again[name] == first[name]
    assert (Track.objects.count(), Job.objects.count()) == (1, 1)
    assert upload(api, wav(), key="second", artist="Mira").json()["duplicate"] is True


@pytest.mark.parametrize("other", [{"hertz": 880.0}, {"name": "other.wav"}])
def test_a_key_cannot_be_sent_with_another_file(
    api: Client, wav: Wav, other: dict[str, Any]
) -> None:
    upload(api, wav())
    problem(upload(api, wav(**other)), 422, "idempotency-key-reused")
    assert Track.objects.count() == 1


def test_a_key_cannot_be_sent_with_other_words_or_to_another_address(
    api: Client, wav: Wav, song: Track
) -> None:
    upload(api, wav())
    problem(upload(api, wav(), artist="Ana"), 422, "idempotency-key-reused")
    problem(post(api, f"{TRACKS}{song.pk}/reanalyse/"), 422, "idempotency-key-reused")


def test_analysing_again_is_one_job_for_one_key(api: Client, song: Track) -> None:
    address = f"{TRACKS}{song.pk}/reanalyse/"
    first = post(api, address)
    Job.objects.update(state=Job.State.SUCCEEDED)
    assert post(api, address).content == first.content
    assert Job.objects.count() == 1
    assert post(api, address, "second").json()["id"] != first.json()["id"]


def test_the_keys_of_two_people_have_nothing_to_do_with_each_other(
    api: Client, stranger: Client, wav: Wav
) -> None:
    mine, theirs = upload(api, wav()), upload(stranger, wav())
    assert theirs.status_code == 202
    assert theirs.json()["track"]["id"] != mine.json()["track"]["id"]


def test_a_refusal_is_an_answer_too(api: Client, tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_text("milk and bread\n" * 100)
    first, again = upload(api, path), upload(api, path)
    problem(first, 415, "not-audio")
    assert (again.status_code, again.content) == (415, first.content)
    assert again["Content-Type"] == "application/problem+json"


def test_a_conflict_is_not_kept(api: Client, song: Track) -> None:
    job = rows.job(song, Job.State.SUCCEEDED)
    address = f"/api/v1/jobs/{job.pk}/retry/"
    problem(post(api, address), 409, "job-state")
    Job.objects.update(state=Job.State.FAILED)
    assert post(api, address).status_code == 202


def test_a_fault_of_ours_is_not_kept(
    api: Client, wav: Wav, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no space left")

    api.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("tagger.api.tracks.ingest", fail)
        problem(upload(api, wav()), 500, "internal")
    assert upload(api, wav()).status_code == 202


def test_a_request_that_is_still_worked_on_is_a_conflict(
    api: Client, song: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{TRACKS}{song.pk}/reanalyse/"
    post(api, address)
    KeptAnswer.objects.update(status=None)
    problem(post(api, address), 409, "idempotency-key-in-use")
    age(IN_FLIGHT)  # its process has died
    assert post(api, address).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_does_the_work(owner: User) -> None:
    start, outcomes = threading.Barrier(6), []

    def ask() -> None:
        start.wait()
        try:
            outcomes.append(idempotency.begin(owner, "first", "f" * 64).status)
        except KeyInUseError:
            outcomes.append(409)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [409] * 5 + [None]


def test_a_request_that_was_taken_over_answers_no_more(owner: User) -> None:
    slow = idempotency.begin(owner, "first", "f" * 64)
    age(IN_FLIGHT)
    quick = idempotency.begin(owner, "first", "f" * 64)
    idempotency.keep(slow, 200, {}, "slow")
    idempotency.release(slow)
    idempotency.keep(quick, 200, {}, "quick")
    assert idempotency.begin(owner, "first", "f" * 64).body == "quick"


def test_an_answer_is_kept_for_a_day(api: Client, wav: Wav) -> None:
    upload(api, wav())
    age(ANSWER_LIFETIME - timedelta(minutes=1))
    reap_jobs()
    assert KeptAnswer.objects.exists()
    age(ANSWER_LIFETIME)
    reap_jobs()
    assert upload(api, wav()).json()["duplicate"] is True


@pytest.mark.parametrize("key", ["", "k" * 256, "naïve", "a\tb"])
def test_a_key_that_cannot_be_used_is_named(api: Client, wav: Wav, key: str) -> None:
    body = problem(upload(api, wav(), key=key), 400, "invalid")
    assert body["errors"][0]["header"] == "Idempotency-Key"
    assert not Track.objects.exists()


def test_a_kept_answer_is_read_with_the_sites_key_only(api: Client, settings: Any) -> None:
    def ask() -> Any:
        wish, key = {"name": "sync"}, {"Idempotency-Key": "first"}
        return api.post("/api/v1/me/tokens/", wish, "application/json", headers=key)

    first = ask()
    secret = first.json()["secret"]
    assert ask().json()["secret"] == secret
    assert secret not in KeptAnswer.objects.get().body
    settings.SECRET_KEY = "another key"
    problem(ask(), 422, "idempotency-key-reused")
