from __future__ import annotations

import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.test import Client
from psycopg.errors import DiskFull

from ml.audio.reading import DecoderLost
from tagger.models import Track, User
from tagger.platform.outages import outage

LIMIT = 2**20


def raised_from(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (OperationalError("gone"), "unavailable"),
        (InterfaceError("closed"), "unavailable"),
        (raised_from(OperationalError(), DiskFull()), "storage-full"),
        (raised_from(RuntimeError(), OperationalError()), "unavailable"),
        (raised_from(ProgrammingError(), psycopg.ProgrammingError()), None),
        (DecoderLost(), "unavailable"),
        (OSError(28, "No space left on device"), "storage-full"),
        (OSError(122, "Disk quota exceeded"), "storage-full"),
        (OSError(13, "Permission denied"), None),
        (ValueError(), None),
        (None, None),
    ],
)
def test_an_outage_is_told_from_a_fault(error: Exception | None, slug: str | None) -> None:
    assert outage(error) == slug


def test_errors_that_cause_each_other_are_no_endless_chain() -> None:
    first, second = RuntimeError(), RuntimeError()
    first.__cause__, second.__cause__ = second, first
    assert outage(first) is None


@contextmanager
def a_disk_with_little_room() -> Iterator[None]:
    """No file may grow beyond a MiB: to whoever writes, that is a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def song() -> Any:
    """Large enough that it is written to the disk while it comes in."""
    content = io.BytesIO(bytes(4 * LIMIT))
    content.name = "song.wav"
    return content


def stored(media: Path) -> list[Path]:
    """What is kept, or was half written."""
    folders = (media, media.with_name("incoming"))
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def test_a_full_disk_is_a_problem_with_a_name_and_leaves_nothing(
    api: Client, scratch_media: Path
) -> None:
    api.raise_request_exception = False
    with a_disk_with_little_room():
        response: Any = api.post("/api/v1/tracks/", {"file": song()})
    assert response.status_code == 507
    assert response.json()["type"] == "/api/v1/problems/storage-full/"
    assert not Track.objects.exists()
    assert stored(scratch_media) == []


def test_a_full_disk_has_a_page_of_its_own(
    owner: User, client: Client, scratch_media: Path
) -> None:
    client.force_login(owner)
    client.raise_request_exception = False
    with a_disk_with_little_room():
        response = client.post("/upload/", {"files": song()})
    assert response.status_code == 507
    assert "The disk is full" in response.content.decode()
    assert stored(scratch_media) == []
