from __future__ import annotations

import io
import wave
from pathlib import Path
from typing import Any

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tagger.library.trash import delete_track
from tagger.models import Job, ResumableUpload, Track, User
from tagger.uploads import resumable
from tagger.uploads.ingest import SenderMetadata

from . import rows

SCRIPT = {"HX-Request": "true"}


def tone(name: str = "tone.wav", pitch: float = 440.0) -> SimpleUploadedFile:
    samples = np.sin(np.arange(22_050) * 2 * np.pi * pitch / 22_050)
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes((samples * 20_000).astype("<i2").tobytes())
    return SimpleUploadedFile(name, content.getvalue(), "audio/wav")


def words(file_name: str = "notes.mp3") -> SimpleUploadedFile:
    return SimpleUploadedFile(
        file_name, b"milk, bread, strings for the guitar\n" * 40, "audio/mpeg"
    )


def files_below(folder: str) -> set[Path]:
    return {path for path in Path(folder).rglob("*") if path.is_file()}


def test_the_limits_are_said_before_choosing(page: Client, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 300 * 1024**2
    settings.MAX_DURATION_SECONDS = 5400
    text = page.get("/upload/").content.decode()
    assert "Up to 300 MB and 1.5 hours a file." in text
    assert "flac" in text
    assert ".flac" in text.split('accept="')[1].split('"')[0]


def test_a_file_becomes_a_track_with_a_job(page: Client, owner: User) -> None:
    response = page.post("/upload/", {"files": tone("Evening.wav")}, headers=SCRIPT)
    assert response.status_code == 200
    track = Track.objects.get()
    assert (track.added_by, track.title, track.state) == (owner, "Evening", "pending")
    assert (track.jobs.get().state, track.jobs.get().trigger) == ("queued", "web")
    assert f'id="transfer-{track.pk}"' in response.content.decode()
    assert "Queued" in response.content.decode()


def test_a_file_out_of_a_folder_keeps_its_path(page: Client) -> None:
    sent = {"files": tone("Evening.wav"), "path": "Tideline/CD 1/Evening.wav"}
    page.post("/upload/", sent, headers=SCRIPT)
    page.post("/upload/", {"files": tone("Long.wav", 550.0), "path": "x/" * 4000}, headers=SCRIPT)
    paths = Track.objects.order_by("created_at").values_list("imported_path", flat=True)
    assert list(paths) == ["Tideline/CD 1/Evening.wav", ""]


def test_a_text_file_is_refused_and_nothing_of_it_stays(page: Client, settings: Any) -> None:
    before = files_below(settings.MEDIA_ROOT)
    response = page.post("/upload/", {"files": words()}, headers=SCRIPT)
    assert response.status_code == 200
    assert 'class="reason"' in response.content.decode()
    assert "notes.mp3" in response.content.decode()
    assert not Track.objects.exists()
    assert files_below(settings.MEDIA_ROOT) == before


def test_an_empty_file_is_refused_with_its_reason(page: Client) -> None:
    empty = SimpleUploadedFile("empty.mp3", b"", "audio/mpeg")
    response = page.post("/upload/", {"files": empty}, headers=SCRIPT)
    assert "The file is empty" in response.content.decode()


def test_a_file_over_the_limit_is_refused(page: Client, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    response = page.post("/upload/", {"files": tone()}, headers=SCRIPT)
    assert "the limit is 1000 bytes" in response.content.decode()


def test_the_same_sound_again_shows_the_track_that_exists(page: Client) -> None:
    page.post("/upload/", {"files": tone("first.wav")}, headers=SCRIPT)
    response = page.post("/upload/", {"files": tone("second.wav")}, headers=SCRIPT)
    text = response.content.decode()
    assert "Already in your library" in text
    assert f"/tracks/{Track.objects.get().pk}/" in text
    assert Job.objects.count() == 1


def test_a_deleted_sound_sent_again_comes_back(page: Client) -> None:
    page.post("/upload/", {"files": tone("first.wav")}, headers=SCRIPT)
    delete_track(Track.objects.get())
    response = page.post("/upload/", {"files": tone("second.wav")}, headers=SCRIPT)
    assert "Back from the Trash" in response.content.decode()
    delete_track(Track.objects.get())
    plain = page.post("/upload/", {"files": tone("third.wav")}, follow=True)
    assert "Back from the Trash: first" in plain.content.decode()


def test_the_same_sound_of_another_is_a_track_of_its_own(page: Client, outside: Client) -> None:
    for browser in (page, outside):
        browser.post("/upload/", {"files": tone()}, headers=SCRIPT)
    assert Track.objects.count() == 2


def test_a_plain_form_takes_many_files_and_reports_on_each(page: Client) -> None:
    files = [tone("one.wav"), words(), tone("two.wav", pitch=300), tone("again.wav")]
    response = page.post("/upload/", {"files": files}, follow=True)
    assert response.redirect_chain == [("/upload/", 302)]
    said = [(message.level_tag, str(message)) for message in response.context["messages"]]
    assert said[0][0] == "error"
    assert said[0][1].startswith("notes.mp3: ")
    assert said[1:] == [
        ("info", "Already in your library: one"),
        ("success", "2 files uploaded."),
    ]


def test_a_form_without_files_says_so(page: Client) -> None:
    assert "No file was chosen." in page.post("/upload/", follow=True).content.decode()
    assert "Send one file" in page.post("/upload/", headers=SCRIPT).content.decode()


def test_my_uploads_are_there_when_i_come_back(page: Client, owner: User, outsider: User) -> None:
    rows.track(outsider, "Not mine")
    waiting = rows.track(owner, "Waiting")
    rows.job(waiting, Job.State.QUEUED)
    failed = rows.track(owner, "Broken", state=Track.State.FAILED)
    rows.job(failed, Job.State.FAILED, error_detail="The file is damaged.")
    rows.analysed(rows.track(owner, "Finished"), guitar=0.9)
    response = page.get("/upload/")
    assert [row.track.title for row in response.context["transfers"]] == [
        "Finished",
        "Broken",
        "Waiting",
    ]
    assert "The file is damaged." in response.content.decode()
    assert response.context["poll"] == 1


def begun(owner: User, **values: Any) -> ResumableUpload:
    upload = resumable.begin(owner, owner.personal_library, 2000, "mix.flac", SenderMetadata())
    ResumableUpload.objects.filter(pk=upload.pk).update(**values)
    return upload


def test_what_has_not_arrived_whole_is_listed_until_it_is_discarded(
    page: Client, outside: Client, owner: User
) -> None:
    upload = begun(owner, offset=500)
    assert "25 % of 2 KB" in page.get("/upload/").content.decode()
    assert "mix.flac" not in outside.get("/upload/").content.decode()
    address = f"/upload/{upload.pk}/discard/"
    assert outside.post(address).status_code == 404
    assert page.get(address).status_code == 405
    assert page.post(address)["Location"] == "/upload/"
    assert not ResumableUpload.objects.exists()


def test_a_file_that_came_in_parts_has_the_row_of_any_other(
    page: Client, outside: Client, owner: User
) -> None:
    upload = begun(owner)
    address = f"/upload/{upload.pk}/"
    assert page.get(address, headers=SCRIPT).status_code == 404
    song = rows.track(owner, "Mix")
    rows.job(song, Job.State.QUEUED)
    ResumableUpload.objects.update(track=song)
    assert f'id="transfer-{song.pk}"' in page.get(address, headers=SCRIPT).content.decode()
    assert outside.get(address, headers=SCRIPT).status_code == 404
    ResumableUpload.objects.update(duplicate=True)
    assert "Already in your library" in page.get(address, headers=SCRIPT).content.decode()
