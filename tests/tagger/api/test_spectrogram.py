from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files import File
from django.test import Client

from tagger.analysis.spectrograms import draw_track_spectrogram
from tagger.jobs import lifecycle
from tagger.library.trash import delete_track, purge_track
from tagger.models import Job, Track, User
from tests.web import rows

from .test_errors import problem


@pytest.fixture
def analysed(owner: User, melody: Path) -> Track:
    made = rows.track(owner)
    with melody.open("rb") as content:
        made.file.save("melody.flac", File(content))
    return rows.analysed(made)


def address(track: Track) -> str:
    return f"/api/v1/tracks/{track.pk}/spectrogram/"


def draw(api: Client, track: Track) -> Job:
    asked = api.post(address(track))
    assert asked.status_code == 202
    claimed = lifecycle.claim(asked.json()["id"])
    assert claimed is not None
    draw_track_spectrogram(claimed)
    claimed.refresh_from_db()
    track.refresh_from_db()
    return claimed


def test_it_is_drawn_once_and_then_kept(api: Client, analysed: Track) -> None:
    problem(api.get(address(analysed)), 404, "not-drawn")
    assert draw(api, analysed).state == Job.State.SUCCEEDED
    shown = api.get(address(analysed))
    assert shown["Content-Type"] == "image/png"
    assert shown["Cache-Control"].startswith("private")
    assert shown.getvalue().startswith(b"\x89PNG")
    assert api.post(address(analysed)).status_code == 204
    assert api.get(address(analysed), headers={"If-None-Match": shown["ETag"]}).status_code == 304


def test_asked_for_twice_it_is_drawn_once(api: Client, analysed: Track) -> None:
    assert api.post(address(analysed)).json()["id"] == api.post(address(analysed)).json()["id"]


def test_a_track_that_was_not_analysed_has_none(api: Client, owner: User) -> None:
    problem(api.post(address(rows.track(owner))), 404, "not-analysed")


def test_a_file_that_cannot_be_drawn_says_why(api: Client, song: Track) -> None:
    failed = draw(api, song)
    assert (failed.state, failed.error_code) == (Job.State.FAILED, "not-audio")
    assert song.state == Track.State.TAGGED


def test_a_picture_that_is_lost_is_a_problem(api: Client, analysed: Track) -> None:
    draw(api, analysed)
    Path(analysed.spectrogram.path).unlink()
    problem(api.get(address(analysed)), 404, "file-missing")


def test_a_track_that_went_meanwhile_leaves_no_picture(
    api: Client, analysed: Track, scratch_media: Path
) -> None:
    claimed = lifecycle.claim(api.post(address(analysed)).json()["id"])
    assert claimed is not None
    delete_track(analysed)
    purge_track(analysed)
    draw_track_spectrogram(claimed)
    assert not list(scratch_media.rglob("*.png"))


@pytest.mark.django_db(transaction=True)
def test_it_goes_with_its_track(api: Client, analysed: Track, scratch_media: Path) -> None:
    draw(api, analysed)
    assert list(scratch_media.rglob("*.png"))
    delete_track(analysed)
    purge_track(analysed)
    assert not list(scratch_media.rglob("*.png"))
    assert not Path(analysed.file.path).exists()
