from __future__ import annotations

import base64
import fcntl
import hashlib
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tagger.models import Job, ResumableUpload, Track
from tagger.operations import repair
from tagger.uploads import resumable

from .test_errors import problem

UPLOADS = "/api/v1/uploads/"
TUS = {"Tus-Resumable": "1.0.0"}
PART = "application/offset+octet-stream"
Wav = Callable[..., Path]


def encoded(**words: str) -> str:
    return ",".join(
        f"{name} {base64.b64encode(word.encode()).decode()}" for name, word in words.items()
    )


def begin(api: Client, length: int, **words: str) -> Any:
    headers = TUS | {"Upload-Length": str(length), "Upload-Metadata": encoded(**words)}
    return api.post(UPLOADS, headers=headers)


def send(api: Client, address: str, offset: int, content: bytes, **headers: str) -> Any:
    named = TUS | {"Upload-Offset": str(offset), "Content-Type": PART} | headers
    return api.patch(address, content, PART, headers=named)


def stands_at(api: Client, address: str) -> int:
    response = api.head(address, headers=TUS)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    return int(response["Upload-Offset"])


def parts() -> list[Path]:
    from django.conf import settings

    return sorted((Path(settings.FILE_UPLOAD_TEMP_DIR) / "resumable").glob("*"))


def test_what_is_spoken_is_said(api: Client, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1234
    response = api.options(UPLOADS)
    assert response.status_code == 204
    assert response["Tus-Version"] == "1.0.0"
    assert response["Tus-Extension"] == "creation,expiration,checksum,termination"
    assert response["Tus-Max-Size"] == "1234"
    assert response["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_a_file_in_three_parts_is_a_track_like_any_other(api: Client, wav: Wav) -> None:
    content = wav().read_bytes()
    response = begin(api, len(content), filename="Evening.wav", artist="Mira", filetype="x")
    assert response.status_code == 201
    assert response["Tus-Resumable"] == "1.0.0"
    assert "GMT" in response["Upload-Expires"]
    address = response["Location"]
    third = len(content) // 3
    for start, end in ((0, third), (third, 2 * third), (2 * third, len(content))):
        assert stands_at(api, address) == start
        sent = send(api, address, start, content[start:end])
        assert (sent.status_code, sent["Upload-Offset"]) == (204, str(end))
    result = api.get(address).json()["result"]
    track = Track.objects.get()
    assert result["track"]["id"] == str(track.pk)
    assert (track.title, track.artist, track.file_name) == ("Evening", "Mira", "Evening.wav")
    assert track.file.read() == content
    assert result["job"]["trigger"] == "api"
    assert result["duplicate"] is False
    assert parts() == []
    assert api.get(UPLOADS).json() == []


def test_the_same_sound_again_is_the_track_that_exists(api: Client, wav: Wav) -> None:
    content = wav().read_bytes()
    for expected in (False, True):
        address = begin(api, len(content), filename="a.wav")["Location"]
        send(api, address, 0, content)
        assert api.get(address).json()["result"]["duplicate"] is expected
    assert Track.objects.count() == 1


def test_a_last_answer_that_was_lost_does_no_harm(api: Client, wav: Wav) -> None:
    content = wav().read_bytes()
    address = begin(api, len(content), filename="a.wav")["Location"]
    send(api, address, 0, content)
    assert stands_at(api, address) == len(content)
    assert send(api, address, len(content), b"").status_code == 204
    problem(send(api, address, 0, content), 409, "upload-offset")
    assert Job.objects.count() == 1


def test_a_part_from_elsewhere_is_refused(api: Client) -> None:
    address = begin(api, 100)["Location"]
    send(api, address, 0, b"a" * 10)
    for offset in (0, 9, 11, 100):
        problem(send(api, address, offset, b"b"), 409, "upload-offset")
    assert stands_at(api, address) == 10


def test_more_than_was_announced_is_refused_and_not_kept(api: Client) -> None:
    address = begin(api, 100)["Location"]
    body = problem(send(api, address, 0, b"a" * 101), 413, "too-large")
    assert body["limit"] == 100
    assert stands_at(api, address) == 0


def test_a_part_with_its_checksum_is_kept(api: Client) -> None:
    address = begin(api, 100)["Location"]
    for offset, algorithm in ((0, "sha1"), (10, "sha256")):
        digest = base64.b64encode(hashlib.new(algorithm, b"a" * 10).digest()).decode()
        value = {"Upload-Checksum": f"{algorithm} {digest}"}
        assert send(api, address, offset, b"a" * 10, **value).status_code == 204


def test_a_damaged_part_is_not_kept(api: Client) -> None:
    address = begin(api, 100)["Location"]
    digest = base64.b64encode(hashlib.sha256(b"b" * 10).digest()).decode()
    sent = send(api, address, 0, b"a" * 10, **{"Upload-Checksum": f"sha256 {digest}"})
    problem(sent, 460, "checksum-mismatch")
    assert stands_at(api, address) == 0


@pytest.mark.parametrize("value", ["md5 YQ==", "sha256 é", "nonsense", "sha1 !!!"])
def test_a_checksum_that_cannot_be_read_is_refused(api: Client, value: str) -> None:
    address = begin(api, 100)["Location"]
    sent = send(api, address, 0, b"a", **{"Upload-Checksum": value})
    assert problem(sent, 400, "invalid")["errors"][0]["header"] == "Upload-Checksum"


def test_a_part_that_is_still_arriving_keeps_others_out(api: Client) -> None:
    address = begin(api, 100)["Location"]
    upload = ResumableUpload.objects.get()
    with upload.path.with_suffix(".lock").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        problem(send(api, address, 0, b"a"), 423, "upload-locked")
    assert send(api, address, 0, b"a").status_code == 204


def test_what_a_crash_left_beyond_the_offset_is_written_over(api: Client, wav: Wav) -> None:
    content = wav().read_bytes()
    address = begin(api, len(content), filename="a.wav")["Location"]
    send(api, address, 0, content[:1000])
    with ResumableUpload.objects.get().path.open("ab") as part:
        part.write(b"never acknowledged" * 9999)
    send(api, address, 1000, content[1000:])
    assert Track.objects.get().file.read() == content


def test_a_file_that_is_gone_is_begun_anew(api: Client) -> None:
    address = begin(api, 100)["Location"]
    ResumableUpload.objects.get().path.unlink()
    problem(send(api, address, 0, b"a"), 404, "not-found")
    assert not ResumableUpload.objects.exists()


def test_what_is_no_audio_is_refused_with_the_last_part(api: Client) -> None:
    content = b"milk, bread, strings for the guitar\n" * 40
    address = begin(api, len(content), filename="notes.mp3")["Location"]
    assert send(api, address, 0, content[:100]).status_code == 204
    problem(send(api, address, 100, content[100:]), 415, "not-audio")
    problem(api.get(address), 404, "not-found")
    assert parts() == []


def test_lengths_that_could_never_be_taken_are_refused(api: Client, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 1000
    assert problem(begin(api, 1001), 413, "too-large")["limit"] == 1000
    problem(begin(api, 0), 422, "empty")
    for value in ("-1", "many", "1" * 30, "٣"):
        response = api.post(UPLOADS, headers=TUS | {"Upload-Length": value})
        assert problem(response, 400, "invalid")["errors"][0]["header"] == "Upload-Length"


@pytest.mark.parametrize("value", ["filename %%%", "title gA==", "title AA=="])
def test_metadata_that_cannot_be_read_is_refused(api: Client, value: str) -> None:
    headers = TUS | {"Upload-Length": "9", "Upload-Metadata": value}
    body = problem(api.post(UPLOADS, headers=headers), 400, "invalid")
    assert body["errors"][0]["header"] == "Upload-Metadata"


def test_another_version_is_refused_with_ours(api: Client) -> None:
    for headers in ({}, {"Tus-Resumable": "0.2.2"}):
        response = api.post(UPLOADS, headers=headers | {"Upload-Length": "9"})
        problem(response, 412, "tus-version")
        assert response["Tus-Version"] == "1.0.0"


def test_a_part_must_say_what_it_is(api: Client) -> None:
    address = begin(api, 100)["Location"]
    headers = TUS | {"Upload-Offset": "0"}
    response = api.patch(address, b"a", "application/json", headers=headers)
    problem(response, 415, "unsupported-media-type")


def test_an_upload_that_was_given_up_leaves_nothing(api: Client) -> None:
    address = begin(api, 100)["Location"]
    send(api, address, 0, b"a")
    assert api.delete(address, headers=TUS).status_code == 204
    assert api.head(address, headers=TUS).status_code == 404
    assert parts() == []


def test_unfinished_uploads_end_by_themselves(api: Client) -> None:
    old, young = (begin(api, 100).json()["id"] for _ in range(2))
    past = timezone.now() - timedelta(minutes=1)
    ResumableUpload.objects.filter(pk=old).update(expires_at=past)
    assert resumable.forget_expired() == 1
    assert [row["id"] for row in api.get(UPLOADS).json()] == [young]
    assert [path.stem for path in parts()] == [young.replace("-", "")]


def test_a_file_without_its_row_is_swept_up_once_it_is_old(api: Client) -> None:
    begin(api, 100)
    ResumableUpload.objects.all().delete()
    resumable.forget_expired()
    assert len(parts()) == 1
    long_ago = (timezone.now() - timedelta(days=3)).timestamp()
    os.utime(parts()[0], (long_ago, long_ago))
    assert resumable.forget_expired() == 1
    assert parts() == []


def test_a_pause_of_a_day_is_no_broken_request(api: Client) -> None:
    begin(api, 100)
    yesterday = (timezone.now() - timedelta(days=1)).timestamp()
    for path in (*parts(), parts()[0].parent):
        os.utime(path, (yesterday, yesterday))
    repair.sweep()
    assert len(parts()) == 1


def test_there_is_a_limit_to_what_is_unfinished(
    api: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable, "MOST_OPEN", 2)
    assert [begin(api, 9).status_code for _ in range(2)] == [201, 201]
    problem(begin(api, 9), 409, "upload-limit")


def test_an_upload_begun_twice_with_one_key_is_one(api: Client) -> None:
    headers = TUS | {"Upload-Length": "9", "Idempotency-Key": "k"}
    first, second = (api.post(UPLOADS, headers=headers) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert second["Tus-Resumable"] == "1.0.0"
    assert ResumableUpload.objects.count() == 1


def test_uploads_are_their_owners_alone(
    api: Client, reader: Client, stranger: Client, client: Client
) -> None:
    address = begin(api, 100)["Location"]
    assert [who.get(address).status_code for who in (reader, stranger, client)] == [200, 404, 401]
    for who, status in ((reader, 403), (stranger, 404), (client, 401)):
        assert send(who, address, 0, b"a").status_code == status
        assert who.delete(address, headers=TUS).status_code == status
    assert begin(reader, 9).status_code == 403
    assert begin(client, 9).status_code == 401
    assert stranger.get(UPLOADS).json() == []
    assert stands_at(api, address) == 0


def test_a_session_needs_its_csrf_token_for_each_part(api: Client, owner: Any) -> None:
    address = begin(api, 100)["Location"]
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert send(browser, address, 0, b"a").status_code == 403
