"""Many uploads that come slowly, against the running server: nobody else waits for them."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from urllib3.filepost import encode_multipart_formdata

from tagger.accounts.tokens import make_token
from tagger.models import ApiToken, Track, User
from tagger.models.resumable_upload import parts_folder
from tagger.uploads.ingest import SenderMetadata
from tagger.uploads.resumable import begin
from tests.audio_factory import tone, write

# Three times as many as there are connections to the database.
UPLOADS = 32
PATIENCE = 120
Request = tuple[str, str, bytes, dict[str, str]]

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class Slow:
    """An upload of which the first half has been sent."""

    def __init__(self, site: str, request: Request) -> None:
        method, path, self.body, headers = request
        self.connection = http.client.HTTPConnection(site.removeprefix("http://"), timeout=PATIENCE)
        self.connection.putrequest(method, path)
        for name, value in {**headers, "Content-Length": str(len(self.body))}.items():
            self.connection.putheader(name, value)
        self.connection.endheaders()
        self.connection.send(self.body[: len(self.body) // 2])

    def finished(self) -> int:
        self.connection.send(self.body[len(self.body) // 2 :])
        status = self.connection.getresponse().status
        self.connection.close()
        return status


@pytest.fixture
def bearer(owner: User) -> dict[str, str]:
    token = make_token(owner, "slow", ApiToken.Scope.WRITE)[1]
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    made = [tmp_path / f"{number}.wav" for number in range(UPLOADS)]
    for number, path in enumerate(made):
        write(path, tone(200.0 + 10 * number, 6.0, rate=16_000), 16_000)
    return made


def in_one_piece(file: Path, owner: User, bearer: dict[str, str]) -> Request:
    body, kind = encode_multipart_formdata({"file": (file.name, file.read_bytes())})
    return "POST", "/api/v1/tracks/", body, bearer | {"Content-Type": kind}


def in_parts(file: Path, owner: User, bearer: dict[str, str]) -> Request:
    upload = begin(owner, owner.personal_library, file.stat().st_size, file.name, SenderMetadata())
    kind = {"Content-Type": "application/offset+octet-stream"}
    tus = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    return "PATCH", f"/api/v1/uploads/{upload.pk}/", file.read_bytes(), bearer | tus | kind


def on_the_page(file: Path, owner: User, bearer: dict[str, str]) -> Request:
    browser = Client()
    browser.force_login(owner)
    page = browser.get("/upload/")
    token = page.context["csrf_token"]
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    body, kind = encode_multipart_formdata({"files": (file.name, file.read_bytes())})
    return "POST", "/upload/", body, {
        "Content-Type": kind, "Cookie": cookies, "X-CSRFToken": str(token), "HX-Request": "true",
    }  # fmt: skip


def arriving(incoming: str) -> int:
    """Files of which something has come in."""
    folders = [Path(incoming), parts_folder()]
    paths = [path for folder in folders if folder.is_dir() for path in folder.iterdir()]
    return sum(path.is_file() and path.stat().st_size > 0 for path in paths)


@pytest.mark.parametrize("way", [in_one_piece, in_parts, on_the_page])
def test_uploads_that_come_slowly_keep_no_connection_from_others(
    way: Callable[..., Request],
    live_server: Any,
    owner: User,
    bearer: dict[str, str],
    files: list[Path],
    sent: list[str],
    settings: Any,
) -> None:
    # So that one can see on the disk how far they are.
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    uploads = [Slow(live_server.url, way(file, owner, bearer)) for file in files]
    until = time.monotonic() + PATIENCE
    while arriving(settings.FILE_UPLOAD_TEMP_DIR) < UPLOADS:
        assert time.monotonic() < until, "the server does not take them all in"
        time.sleep(0.1)
    other = http.client.HTTPConnection(live_server.url.removeprefix("http://"), timeout=PATIENCE)
    other.request("GET", "/api/v1/me/", headers=bearer)
    assert other.getresponse().status == 200
    other.close()
    assert {upload.finished() for upload in uploads} <= {200, 202, 204}
    assert Track.objects.count() == len(sent) == UPLOADS
