from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tagger.library.trash import delete_track
from tagger.models import Job, Track, User

from . import rows


@pytest.fixture(autouse=True)
def scratch_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)


def bring(page: Client) -> Track:
    response = page.post(reverse("web:sample"))
    track = Track.objects.get()
    assert response["Location"] == reverse("web:track", args=[track.pk])
    return track


def test_an_empty_library_invites(page: Client) -> None:
    text = page.get("/").content.decode()
    assert "Upload music" in text
    assert "Listen to a sample" in text
    assert "Record from the microphone" in text


def test_a_library_with_music_does_not(page: Client, owner: User) -> None:
    rows.track(owner)
    assert "Listen to a sample" not in page.get("/").content.decode()
    assert "Listen to a sample" not in page.get("/upload/").content.decode()


def test_the_sample_goes_the_way_of_every_upload(page: Client) -> None:
    track = bring(page)
    assert (track.title, track.artist, track.codec) == (
        "Four bars, four lights",
        "Tonemark",
        "flac",
    )
    assert track.jobs.get().kind == Job.Kind.TAG_TRACK
    assert Path(track.file.path).read_bytes().startswith(b"fLaC")


def test_asked_for_again_it_is_the_one_that_is_there(page: Client) -> None:
    track = bring(page)
    delete_track(track)
    assert bring(page).deleted_at is None
