"""Uploads in a bucket, on a real S3 server: rclone's, which checks every signature."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.test import Client

from tagger.library.trash import delete_track, purge_track
from tagger.models import Job, Track, User
from tagger.operations import repair
from tagger.platform.storage.local import StorageError, need_writable, on_this_machine
from tagger.platform.storage.s3 import ObjectStorage
from tagger.uploads.ingest import ingest
from tests.ports import free_port
from tests.tagger.conftest import scratch_media, sent, token_client, wav
from tests.web import rows
from webapp.settings.media import media_backend

from .compose import PROGRAMS

__all__ = ["scratch_media", "sent", "wav"]

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

KEY, SECRET = "tonemark", "a-secret-of-the-store"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("s3")
    (folder / "music").mkdir()
    port = free_port()
    address = f"127.0.0.1:{port}"
    command: list[str | Path] = [PROGRAMS / "rclone", "serve", "s3", folder, "--addr", address]
    process = subprocess.Popen(
        [*command, "--auth-key", f"{KEY},{SECRET}", "--config", folder / "none", "--quiet"]
    )
    try:
        until = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert time.monotonic() < until, "the S3 server did not start"
            time.sleep(0.1)
        yield f"http://{address}"
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def bucket(
    server: str, settings: Any, monkeypatch: pytest.MonkeyPatch, scratch_media: Path
) -> ObjectStorage:
    for name, value in {
        "MEDIA_URL": "s3://music/library",
        "S3_ENDPOINT": server,
        "S3_REGION": "us-east-1",
        "S3_ACCESS_KEY": KEY,
        "S3_SECRET_KEY": SECRET,
    }.items():
        monkeypatch.setenv(f"TONEMARK_{name}", value)
    settings.STORAGES = settings.STORAGES | {"default": media_backend()}
    store = storages["default"]
    assert isinstance(store, ObjectStorage)
    monkeypatch.setattr(Track._meta.get_field("file"), "storage", store)
    return store


@pytest.fixture
def stored(bucket: ObjectStorage, owner: User, wav: Callable[..., Path], sent: list[str]) -> Track:
    path = wav()
    track = ingest(
        path, path.name, library=owner.personal_library, by=owner, trigger=Job.Trigger.API
    ).track
    assert not path.exists(), "the upload stays behind"
    return track


def test_an_upload_goes_into_the_bucket_and_nowhere_else(
    stored: Track, bucket: ObjectStorage, scratch_media: Path
) -> None:
    assert bucket.exists(str(stored.file.name))
    assert bucket.size(str(stored.file.name)) == stored.file_size
    assert not list(scratch_media.rglob("*.wav"))


def test_its_owner_alone_hears_ranges_of_it(stored: Track, outsider: User) -> None:
    api, address = token_client(rows.owner_of(stored)), f"/api/v1/tracks/{stored.pk}/audio/"
    whole = b"".join(api.get(address).streaming_content)  # type: ignore[attr-defined]
    assert hashlib.sha256(whole).hexdigest() == stored.file_sha256
    part = api.get(address, headers={"Range": "bytes=1000-1999"})
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == whole[1000:2000]  # type: ignore[attr-defined]
    last = api.get(address, headers={"Range": "bytes=-10"})
    assert b"".join(last.streaming_content) == whole[-10:]  # type: ignore[attr-defined]
    assert token_client(outsider).get(address).status_code == 404
    assert Client().get(address).status_code == 401


def test_a_worker_has_it_as_a_path_for_as_long_as_it_needs(stored: Track) -> None:
    with on_this_machine(stored.file) as path:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == stored.file_sha256
        assert path.suffix == ".wav"
    assert not path.exists()


def test_a_purged_track_is_gone_from_the_bucket(
    stored: Track, bucket: ObjectStorage, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        delete_track(stored)
        purge_track(stored)
    assert not bucket.exists(str(stored.file.name))


def test_an_object_without_a_track_is_found_and_deleted(
    stored: Track, bucket: ObjectStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = {"tracks/ab/orphan.mp3", "spectrograms/ab/orphan.png"}
    for name in left:
        bucket.save(name, ContentFile(b"sound"))
    assert orphans_reported() == []
    monkeypatch.setattr(repair, "LEFT_ALONE", timedelta(seconds=-60))
    # Other tests have left theirs in this bucket.
    assert left <= set(orphans_reported("--repair"))
    assert orphans_reported() == []
    assert bucket.exists(str(stored.file.name))


def orphans_reported(*arguments: str) -> list[str]:
    said = StringIO()
    with suppress(CommandError):  # the test's model has no file
        call_command("check_library", "--json", *arguments, stdout=said, stderr=StringIO())
    faults = json.loads(said.getvalue())["faults"]
    return [fault["subject"] for fault in faults if fault["kind"] == "file-orphaned"]


def test_an_object_that_is_missing_is_a_missing_file(stored: Track, bucket: ObjectStorage) -> None:
    bucket.delete(str(stored.file.name))
    with pytest.raises(FileNotFoundError), on_this_machine(stored.file):
        pass
    answer = token_client(rows.owner_of(stored)).get(f"/api/v1/tracks/{stored.pk}/audio/")
    assert answer.status_code == 404
    assert answer.json()["type"] == "/api/v1/problems/file-missing/"


def test_nobody_reads_an_object_by_its_address(stored: Track, bucket: ObjectStorage) -> None:
    address = bucket.url(str(stored.file.name)).partition("?")[0]
    with pytest.raises(HTTPError) as refused:
        urlopen(address)
    assert refused.value.code in (400, 403)


def test_a_store_that_refuses_makes_the_installation_not_ready(
    bucket: ObjectStorage, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_writable()
    monkeypatch.setenv("TONEMARK_S3_SECRET_KEY", "another")
    settings.STORAGES = settings.STORAGES | {"default": media_backend()}
    with pytest.raises(StorageError, match="music"):
        need_writable()
    assert Client().get("/readyz").json()["checks"]["storage"] == "not ready"


def test_a_file_is_read_in_order_and_by_leaps(bucket: ObjectStorage) -> None:
    name = bucket.save("letters.txt", ContentFile(b"abcdefghij"))
    with bucket.open(name, "rb") as content:
        assert content.read(3) == b"abc"
        assert content.read(2) == b"de"
        assert content.seek(-2, os.SEEK_END) == 8
        assert content.read() == b"ij"
        assert content.read() == b""
        assert content.seek(1) == content.tell() == 1
        assert content.read(1) == b"b"
