from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from mutagen.id3 import ID3, TIT2, TPE1, Encoding

from tagger.feedback.verdicts import accept_shown, reject_shown
from tagger.library import bulk
from tagger.library.search import LibraryFilter, library
from tagger.library.tracks import rename_track
from tagger.models import Job, Tag, Track, User
from tagger.uploads.ingest import ingest
from tests.audio_factory import tone, write

from . import rows


@pytest.fixture
def shelf(owner: User) -> list[Track]:
    return [rows.analysed(rows.track(owner, f"Song {n}"), guitar=0.9) for n in range(3)]


def send(page: Client, action: str, tracks: list[Track], **more: Any) -> Any:
    return page.post("/bulk/", {"action": action, "id": [t.pk for t in tracks], **more})


def test_a_tag_is_accepted_on_those_ticked(page: Client, shelf: list[Track]) -> None:
    response = send(page, "accept", shelf[:2], tag="piano", next="/?page=1")
    assert response["Location"] == "/?page=1"
    assert "piano accepted on 2 tracks." in page.get("/").content.decode()
    assert not shelf[2].verdicts.exists()


def test_deleting_offers_to_undo_it(page: Client, owner: User, shelf: list[Track]) -> None:
    text = page.post("/bulk/", {"action": "delete", "id": [shelf[0].pk]}, follow=True).content
    undo = reverse("web:undo-bulk", args=[Job.objects.get().pk])
    assert "1 track deleted." in text.decode()
    assert f'action="{undo}"' in text.decode()
    assert "1 track restored." in page.post(undo, follow=True).content.decode()
    assert library(owner.personal_library).count() == 3
    assert "None of those tracks is in the Trash" in page.post(undo, follow=True).content.decode()


@pytest.mark.parametrize("details", [{}, {"action": "paint", "tag": "guitar"}])
def test_a_job_whose_action_is_not_known_is_listed_and_ends_with_a_reason(
    page: Client, owner: User, details: dict[str, str]
) -> None:
    job = Job.objects.create(
        kind=Job.Kind.BULK,
        trigger="web",
        queue="bulk",
        owner=owner,
        library=owner.personal_library,
        details=details,
        result={"changed": 2},
    )
    rows.work_off(Job.Kind.BULK)
    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.State.FAILED, "unknown-action")
    for address in ("/jobs/", f"/jobs/{job.pk}/"):
        assert page.get(address).status_code == 200
    assert page.post(reverse("web:undo-bulk", args=[job.pk])).status_code == 302


def said(track: Track) -> dict[str, str]:
    standing = track.verdicts.filter(withdrawn_at=None)
    return dict(standing.values_list("tag__slug", "answer"))


@pytest.mark.parametrize("action", ["accept", "reject"])
def test_verdicts_on_many_tracks_are_undone_at_the_toast(
    page: Client, owner: User, shelf: list[Track], action: str
) -> None:
    guitar = Tag.objects.get(slug="guitar")
    opposite = {"accept": reject_shown, "reject": accept_shown}[action]
    opposite(owner, shelf[0], guitar)
    before = said(shelf[0])
    text = send(page, action, shelf[:2], tag="guitar")
    undo = reverse("web:undo-bulk", args=[Job.objects.get(kind=Job.Kind.BULK).pk])
    assert text.status_code == 302
    assert f'action="{undo}"' in page.get("/").content.decode()
    assert said(shelf[0]) != before
    # What was said since stays.
    {"accept": reject_shown, "reject": accept_shown}[action](owner, shelf[1], guitar)
    later = said(shelf[1])
    answer = page.post(undo, follow=True).content.decode()
    assert "guitar is as it was on 1 track." in answer
    assert said(shelf[0]) == before
    assert said(shelf[1]) == later
    assert "Nothing of that stands" in page.post(undo, follow=True).content.decode()


def test_verdicts_on_very_many_tracks_are_undone_from_the_jobs_page(
    page: Client, owner: User, shelf: list[Track], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    accept_shown(owner, shelf[0], Tag.objects.get(slug="guitar"))
    before = [said(track) for track in shelf]
    address = send(page, "reject", shelf, tag="guitar")["Location"]
    undo = f'action="{address}undo/"'
    assert undo not in page.get(address).content.decode()
    rows.work_off(Job.Kind.BULK)
    assert [said(track)["guitar"] for track in shelf] == ["rejected"] * 3
    assert undo in page.get(address).content.decode()
    answer = page.post(f"{address}undo/")
    assert answer["Location"] != address
    rows.work_off(Job.Kind.BULK)
    assert "guitar is as it was on 3 tracks." in page.get(answer["Location"]).content.decode()
    assert [said(track) for track in shelf] == before


def test_verdicts_on_many_tracks_can_be_undone_for_a_day(page: Client, shelf: list[Track]) -> None:
    send(page, "accept", shelf, tag="piano")
    job = Job.objects.get(kind=Job.Kind.BULK)
    long_ago = timezone.now() - timedelta(days=1, minutes=1)
    Job.objects.filter(pk=job.pk).update(created_at=long_ago)
    address = reverse("web:job", args=[job.pk])
    page.get("/")  # and with it the toast
    assert "undo/" not in page.get(address).content.decode()
    assert "can be undone for a day" in page.post(f"{address}undo/", follow=True).content.decode()
    assert said(shelf[0]) == {"piano": "accepted"}


MEANT = ("Группа крови", "Кино")


@pytest.fixture
def mistaken(page: Client, owner: User, shelf: list[Track], tmp_path: Path) -> list[Track]:
    """Files in Cyrillic letters that say Latin-1, and mix in enough of ASCII to pass for it."""
    made = []
    for number in range(3):
        song = write(tmp_path / f"{number}.mp3", tone(300.0 + number, 1.0))
        title = f"{number} {MEANT[0]} live at home, remastered version"
        tags = ID3()
        for frame, text in ((TIT2, title), (TPE1, f"{MEANT[1]} and some friends of theirs")):
            wrong = text.encode("cp1251").decode("latin-1")
            tags.add(frame(encoding=Encoding.LATIN1, text=[wrong]))
        tags.save(song)
        by = owner.personal_library
        made.append(ingest(song, song.name, library=by, by=owner, trigger=Job.Trigger.WEB).track)
    return made


def titles(tracks: list[Track]) -> list[str]:
    for track in tracks:
        track.refresh_from_db()
    return [track.title for track in tracks]


@pytest.mark.parametrize("at_once", [1, 10])
def test_words_of_many_tracks_are_read_in_the_code_page_meant_and_back(
    page: Client,
    owner: User,
    mistaken: list[Track],
    at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "READ_AT_ONCE", at_once)
    monkeypatch.setattr(bulk, "AT_ONCE", at_once)
    before = titles(mistaken)
    assert not any(MEANT[0] in title for title in before)
    rename_track(mistaken[2], title="Mine", artist=mistaken[2].artist, album="")
    asked = send(page, "reread", mistaken, next="/?page=1").content.decode()
    assert f"{MEANT[1]} and some friends of theirs – 0 {MEANT[0]}" in asked
    assert "Which letters were meant?" in asked
    whole = {"all": "1", "query": "", "confirmed": "1", "code_page": "cp1251"}
    page.post("/bulk/", {"action": "reread"} | whole)
    rows.work_off(Job.Kind.BULK)
    now = titles(mistaken)
    assert [MEANT[0] in title for title in now] == [True, True, False]
    assert (now[2], mistaken[2].artist[:4]) == ("Mine", MEANT[1])
    found = LibraryFilter({"q": "КРОВИ"}, queryset=library(owner.personal_library)).qs
    assert set(found) == set(mistaken[:2])
    job = Job.objects.get(kind=Job.Kind.BULK)
    rename_track(mistaken[1], title="Mine now", artist=mistaken[1].artist, album="")
    page.post(reverse("web:undo-bulk", args=[job.pk]))
    rows.work_off(Job.Kind.BULK)
    assert titles(mistaken) == [before[0], "Mine now", "Mine"]
    assert not any(MEANT[1] in track.artist for track in mistaken)


def test_what_cannot_be_read_anew_is_named(page: Client, mistaken: list[Track]) -> None:
    mistaken[0].file.delete(save=False)
    sent = {"action": "reread", "all": "1", "query": f"id={mistaken[0].pk}", "confirmed": "1"}
    text = page.post("/bulk/", sent | {"code_page": "cp1251"}, follow=True).content.decode()
    assert "The stored file is missing" in text
    text = page.post("/bulk/", sent | {"code_page": "cp65001"}, follow=True).content.decode()
    assert "Choose how the words are to be read" in text


def test_nobody_undoes_what_somebody_else_has_done(
    page: Client, outsider: User, shelf: list[Track]
) -> None:
    send(page, "accept", shelf, tag="piano")
    other = Client()
    other.force_login(outsider)
    undo = reverse("web:undo-bulk", args=[Job.objects.get(kind=Job.Kind.BULK).pk])
    assert other.post(undo).status_code == 404
    assert said(shelf[0]) == {"piano": "accepted"}


def test_a_whole_list_is_asked_about_first(page: Client, owner: User, shelf: list[Track]) -> None:
    sent = {"action": "delete", "all": "1", "query": "tag=guitar&page=2", "next": "/?tag=guitar"}
    response = page.post("/bulk/", sent)
    text = response.content.decode()
    assert "3 tracks are in the list." in text
    assert 'name="query" value="tag=guitar"' in text
    assert 'href="/?tag=guitar"' in text
    assert library(owner.personal_library).count() == 3
    assert page.post("/bulk/", sent | {"confirmed": "1"})["Location"] == "/?tag=guitar"
    assert not library(owner.personal_library).exists()


def test_many_tracks_lead_to_the_page_of_the_job(
    page: Client, shelf: list[Track], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    response = send(page, "reanalyse", shelf)
    job = Job.objects.get(kind=Job.Kind.BULK)
    assert response["Location"] == f"/jobs/{job.pk}/"
    text = page.get(response["Location"]).content.decode()
    assert "analyse again" in text
    assert 'hx-trigger="every 1s"' in text
    page.post(reverse("web:cancel-job", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == Job.State.CANCELLED
    page.post(reverse("web:retry-own-job", args=[job.pk]))
    assert Job.objects.filter(kind=Job.Kind.BULK, state=Job.State.QUEUED).count() == 1


def test_what_could_not_be_done_is_listed(page: Client, shelf: list[Track]) -> None:
    shelf[1].file.delete(save=False)
    response = page.post(
        "/bulk/", {"action": "reanalyse", "id": [t.pk for t in shelf]}, follow=True
    )
    text = response.content.decode()
    assert "2 tracks are queued. 1 could not be changed." in text
    assert "The stored file is missing" in text
    assert f'href="/tracks/{shelf[1].pk}/"' in text


def test_nothing_ticked_says_what_to_do(page: Client, shelf: list[Track]) -> None:
    response = page.post("/bulk/", {"action": "delete"}, follow=True)
    assert "Choose some first" in response.content.decode()
    response = page.post("/bulk/", {"action": "accept", "id": shelf[0].pk}, follow=True)
    assert "Choose the tag" in response.content.decode()


def test_those_ticked_can_be_exported(page: Client, shelf: list[Track]) -> None:
    response = send(page, "export-csv", shelf[:2])
    assert response["Location"].startswith("/api/v1/exports/tracks.csv?id=")
    lines = page.get(response["Location"]).getvalue().decode().splitlines()
    assert len(lines) == 3


def test_an_act_nobody_knows_is_refused(page: Client, shelf: list[Track]) -> None:
    assert send(page, "explode", shelf).status_code == 400


def test_nobody_is_led_elsewhere(page: Client, shelf: list[Track]) -> None:
    for away in ("https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example"):
        assert send(page, "accept", shelf[:1], tag="guitar", next=away)["Location"] == "/"


def test_a_person_sees_their_own_jobs(
    page: Client, owner: User, outsider: User, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        broken = rows.track(owner, "Broken", state=Track.State.FAILED)
        rows.job(broken, Job.State.FAILED, error_detail="The file is damaged.")
    rows.job(rows.track(outsider, "Secret"), Job.State.FAILED)
    with django_assert_num_queries(6):
        text = page.get("/jobs/").content.decode()
    assert "The file is damaged." in text
    assert "Retry all 3 failed" in text
    assert "Secret" not in text
    assert "No jobs here" in page.get("/jobs/?state=running").content.decode()
    text = page.post("/jobs/retry/", follow=True).content.decode()
    assert "3 jobs are queued again." in text
    assert "Retry all" not in text
    assert "nothing to retry" in page.post("/jobs/retry/", follow=True).content.decode()
