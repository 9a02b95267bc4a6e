from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tagger.api.tracks import FRAMING
from tagger.library.trash import delete_track, purge_track
from tagger.models import Job, Track, User
from tagger.uploads.import_folder import FileOutcome, import_file
from tagger.uploads.ingest import Ingested, IngestError, ingest
from tagger.uploads.quota import Storage, storage_of
from tests.tagger.api.test_errors import problem
from tests.tagger.uploads.test_ingest import stored
from tests.web import rows

Wav = Callable[..., Path]
TRACKS, UPLOADS = "/api/v1/tracks/", "/api/v1/uploads/"
ONE = 88_278
"""Bytes of a second of sound, as the fixture writes it."""


@pytest.fixture
def quota(settings: Any) -> int:
    """Room for one file and a half."""
    settings.STORAGE_QUOTA_BYTES = ONE * 3 // 2
    return ONE * 3 // 2


@pytest.fixture
def browser(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def take(path: Path, by: User) -> Ingested:
    return ingest(path, path.name, library=by.personal_library, by=by, trigger=Job.Trigger.WEB)


def test_what_a_person_keeps_is_counted_with_the_trash(quota: int, owner: User, wav: Wav) -> None:
    track = take(wav(), owner).track
    assert storage_of(owner) == Storage(track.file_size, quota)
    delete_track(track)
    assert storage_of(owner).used == track.file_size
    purge_track(track)
    assert storage_of(owner).used == 0


def test_what_nobody_is_named_for_counts_for_whose_library_it_is(quota: int, owner: User) -> None:
    track = rows.track(owner)
    Track.objects.filter(pk=track.pk).update(added_by=None, file_size=1234)
    assert storage_of(owner).used == 1234
    assert storage_of(rows.person()).used == 0


def test_a_file_without_room_is_refused_and_leaves_nothing(
    quota: int, owner: User, wav: Wav, scratch_media: Path
) -> None:
    take(wav(), owner)
    before = stored(scratch_media)
    with pytest.raises(
        IngestError, match=r"no room for this file of 86.2.KB: you have used 86.2.KB of 129.3"
    ):
        take(wav("other.wav", 300.0), owner)
    assert stored(scratch_media) == before
    assert Track.objects.count() == 1


def test_the_same_audio_again_needs_no_room(quota: int, owner: User, wav: Wav) -> None:
    take(wav(), owner)
    assert take(wav("again.wav"), owner).duplicate


def test_each_person_has_room_of_their_own_and_staff_all_there_is(
    quota: int, owner: User, outsider: User, wav: Wav
) -> None:
    boss = rows.person("boss", is_staff=True)
    for number, person in enumerate((owner, outsider, boss, boss, boss)):
        take(wav(f"{number}.wav", 300.0 + number), person)
    assert storage_of(boss).limit is None


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_do_not_both_take_the_last_place(
    quota: int, owner: User, wav: Wav
) -> None:
    outcomes: list[str] = []

    def send(number: int) -> None:
        try:
            take(wav(f"{number}.wav", 300.0 + number), owner)
            outcomes.append("taken")
        except IngestError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[number]) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["quota-exceeded", "quota-exceeded", "taken"]


def test_the_api_says_so_before_it_reads_the_file(
    quota: int, api: Client, owner: User, wav: Wav, settings: Any
) -> None:
    take(wav(), owner)
    assert api.get("/api/v1/me/").json()["storage"] == {"used": ONE, "limit": quota}
    with wav("other.wav", 300.0).open("rb") as file:
        body = problem(api.post(TRACKS, {"file": file}), 413, "quota-exceeded")
    assert "Delete tracks for good" in body["detail"]
    content = ("POST", TRACKS, b"", "multipart/form-data; boundary=x")
    problem(api.generic(*content, CONTENT_LENGTH=str(ONE * 2 + FRAMING)), 413, "quota-exceeded")


def test_uploads_in_parts_are_counted_as_soon_as_they_begin(quota: int, api: Client) -> None:
    def begin(length: int) -> Any:
        name = base64.b64encode(b"song.wav").decode()
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": str(length),
            "Upload-Metadata": f"filename {name}",
        }
        return api.post(UPLOADS, headers=headers)

    assert begin(quota - 10).status_code == 201
    problem(begin(11), 413, "quota-exceeded")
    assert begin(10).status_code == 201


def test_an_import_names_what_had_no_room(
    quota: int, owner: User, wav: Wav, tmp_path: Path
) -> None:
    take(wav(), owner)
    other = wav("other.wav", 300.0)
    result = import_file(
        other, tmp_path, library=owner.personal_library, by=owner, trigger=Job.Trigger.COMMAND
    )
    assert result.outcome is FileOutcome.REFUSED
    assert "There is no room" in result.detail
    assert other.exists()


def test_the_pages_show_how_full_it_is(quota: int, browser: Client, owner: User, wav: Wav) -> None:
    take(wav(), owner)
    for address in ("/upload/", "/account/"):
        page = browser.get(address).content.decode()
        assert re.search(r"Your files take 86.2.KB of 129.3.KB", page)
        assert f'max="{quota}" value="{ONE}"' in page
    with wav("other.wav", 300.0).open("rb") as file:
        answer = browser.post("/upload/", {"files": file}, headers={"HX-Request": "true"})
    assert "There is no room for this file" in answer.content.decode()


def test_without_a_limit_the_account_says_what_is_used(browser: Client) -> None:
    assert "Your files take 0" in browser.get("/account/").content.decode()
    assert "Your files take" not in browser.get("/upload/").content.decode()
