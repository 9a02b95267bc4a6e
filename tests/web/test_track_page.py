from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tagger.models import Job, Track, User

from . import rows


def show(page: Client, made: Track) -> str:
    response = page.get(reverse("web:track", args=[made.pk]))
    assert response.status_code == 200
    return response.content.decode()


def test_tags_stand_in_groups_with_their_scores(page: Client, song: Track) -> None:
    response = page.get(reverse("web:track", args=[song.pk]))
    groups = [
        (label, [tag.tag.name for tag in tags])
        for label, tags in response.context["tags"].by_group()
    ]
    assert groups == [("Genre", ["rock"]), ("Instrument", ["guitar"])]
    assert "90\u00a0%" in response.content.decode()


def test_less_certain_tags_are_folded(page: Client, song: Track) -> None:
    text = show(page, song)
    assert '<details id="less-certain">' in text
    assert "Less certain:" in text


def test_nothing_certain_is_said_and_the_guesses_are_open(page: Client, owner: User) -> None:
    text = show(page, rows.analysed(rows.track(owner), piano=0.3))
    assert "The model is not certain of anything here" in text
    assert '<details open id="less-certain">' in text


@pytest.mark.parametrize(
    ("note", "sentence"), [("silent", "is silent"), ("short", "is shorter than")]
)
def test_what_is_odd_about_a_file_is_said(
    note: str, sentence: str, page: Client, owner: User
) -> None:
    assert sentence in show(page, rows.analysed(rows.track(owner), notes=(note,)))


def test_a_failure_shows_its_reason_and_a_way_on(page: Client, owner: User) -> None:
    made = rows.track(owner, state=Track.State.FAILED)
    rows.job(made, Job.State.FAILED, error_detail="The file is damaged.")
    text = show(page, made)
    assert "The file is damaged." in text
    assert reverse("web:hear-again", args=[made.pk]) in text


def test_trying_again_makes_a_new_job(page: Client, owner: User) -> None:
    made = rows.track(owner, state=Track.State.FAILED)
    rows.job(made, Job.State.FAILED)
    response = page.post(reverse("web:hear-again", args=[made.pk]))
    assert response["Location"] == reverse("web:track", args=[made.pk])
    assert [job.state for job in made.jobs.all()] == ["queued", "failed"]


def test_words_can_be_corrected(page: Client, song: Track) -> None:
    url = reverse("web:edit-track", args=[song.pk])
    assert 'value="Blue hour"' in page.get(url).content.decode()
    page.post(url, {"title": "Blue hour (live)", "artist": "", "album": "Sketches"})
    song.refresh_from_db()
    assert (song.title, song.artist, song.album) == ("Blue hour (live)", "", "Sketches")


def test_a_track_cannot_lose_its_title(page: Client, song: Track) -> None:
    response = page.post(reverse("web:edit-track", args=[song.pk]), {"title": " "})
    assert response.status_code == 422
    song.refresh_from_db()
    assert song.title == "Blue hour"


def test_deleting_offers_to_undo_it(page: Client, song: Track) -> None:
    response = page.post(reverse("web:delete-track", args=[song.pk]), follow=True)
    text = response.content.decode()
    assert "Deleted: Blue hour" in text
    undo = reverse("web:restore-track", args=[song.pk])
    assert f'<form action="{undo}" method="post">' in text
    assert page.get(reverse("web:track", args=[song.pk])).status_code == 404
    assert "Back in the library" in page.post(undo, follow=True).content.decode()
    assert page.get(reverse("web:track", args=[song.pk])).status_code == 200


def test_the_original_can_be_downloaded_under_its_name(page: Client, song: Track) -> None:
    response = page.get(reverse("web:download", args=[song.pk]))
    assert b"".join(response.streaming_content) == b"not really sound"  # type: ignore[attr-defined]
    assert response["Content-Disposition"] == f'attachment; filename="{song.file_name}"'


def test_a_missing_file_is_said_not_crashed_on(page: Client, song: Track) -> None:
    Path(song.file.path).unlink()
    response = page.get(reverse("web:download", args=[song.pk]), follow=True)
    assert "The stored file is missing" in response.content.decode()


def test_the_page_needs_a_fixed_number_of_queries(
    page: Client, song: Track, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows.job(song, Job.State.SUCCEEDED)
    cache.clear()
    with django_assert_num_queries(17):
        show(page, song)


def test_tempo_and_key_are_shown_with_how_sure_they_are(page: Client, song: Track) -> None:
    assert "Finding tempo and key" not in show(page, song)
    Track.objects.update(bpm=117.6, bpm_confidence=0.6, key="F#m", key_confidence=0.6)
    Track.objects.update(music_state=Track.MusicState.ANALYSED)
    text = show(page, song)
    assert "118 BPM" in text
    assert "clear" in text
    assert "F♯ minor" in text
    assert "likely" in text
    listed = page.get("/").content.decode()
    assert "F♯m" in listed


def test_tempo_and_key_are_asked_for_until_they_are_there(page: Client, song: Track) -> None:
    job = rows.job(song, Job.State.RUNNING)
    Job.objects.filter(pk=job.pk).update(kind=Job.Kind.ANALYSE_MUSIC)
    address = reverse("web:music", args=[song.pk])
    assert f'hx-get="{address}"' in show(page, song)
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED)
    Track.objects.update(music_state=Track.MusicState.FAILED)
    text = page.get(address).content.decode()
    assert "hx-get" not in text
    assert "could not be found" in text
