"""A typed client, generated from the description, does a day's work: so the contract suffices."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tagger.accounts.tokens import make_token
from tagger.jobs import lifecycle
from tagger.models import ApiToken, Track, User
from tests.audio_factory import tone, write
from tests.web import rows

SCHEMA = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
# Media types that the generator does not know are bytes, or text.
BINARY = """
post_hooks: []
# The keys of music, C and C sharp, would be one name.
literal_enums: true
content_type_overrides:
  application/offset+octet-stream: application/octet-stream
  application/zip: application/octet-stream
  audio/*: application/octet-stream
  image/png: application/octet-stream
  image/webp: application/octet-stream
  application/xml: text/plain
  application/vnd.apple.mpegurl: text/plain
"""

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("client")


@pytest.fixture(scope="module")
def package(folder: Path) -> Iterator[str]:
    """The generated package, importable while the tests of this file run."""
    (folder / "config.yml").write_text(BINARY)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    made = [*("--path", str(SCHEMA)), *("--output-path", str(folder / "tonemark_client"))]
    done = subprocess.run(
        [*command, *made, "--config", "config.yml", "--fail-on-warning"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield "tonemark_client"
    sys.path.remove(str(folder))


@pytest.fixture
def use(package: str) -> Any:
    """Modules of the client by their names."""
    return lambda name: importlib.import_module(f"{package}.{name}")


@pytest.fixture
def client_of(use: Any, live_server: Any) -> Any:
    def make(person: User, scope: ApiToken.Scope = ApiToken.Scope.WRITE) -> Any:
        token = make_token(person, "client", scope)[1]
        return use("client").AuthenticatedClient(live_server.url, token=token)

    return make


def test_it_uploads_polls_and_corrects(
    owner: User, client_of: Any, use: Any, tmp_path: Path, sent: list[str]
) -> None:
    api, models = client_of(owner), use("models")
    file = write(tmp_path / "song.flac", tone(440.0, 1.0))
    wish = models.UploadShapeRequest(
        file=use("types").File(BytesIO(file.read_bytes()), "song.flac", "audio/flac"),
        artist="Mira",
    )
    uploaded = use("api.tracks.tracks_create").sync(client=api, body=wish)
    assert (uploaded.track.artist, uploaded.duplicate) == ("Mira", False)
    assert uploaded.job.state == "queued"

    analysed_by_a_worker(uploaded.job.id)
    job = use("api.jobs.jobs_retrieve").sync(uploaded.job.id, client=api)
    assert (job.state, job.error) == ("succeeded", None)

    correct = use("api.tracks.tracks_tags_update")
    wish = models.VerdictShapeRequest(verdict="rejected")
    correct.sync(uploaded.track.id, "guitar", client=api, body=wish)
    tags = use("api.tracks.tracks_tags_list").sync(uploaded.track.id, client=api)
    assert {tag.slug for tag in tags if tag.effective} == {"rock"}
    listed = use("api.tracks.tracks_list").sync(client=api, tag=["rock"])
    assert [track.id for track in listed.results] == [uploaded.track.id]


def test_its_types_hold(package: str, folder: Path) -> None:
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull]
    done = subprocess.run(
        [*command, "--cache-dir", str(folder / "cache"), package],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def analysed_by_a_worker(job_id: Any) -> None:
    job = lifecycle.claim(str(job_id))
    assert job
    assert job.track
    rows.analysed(job.track, guitar=0.9, rock=0.8)
    lifecycle.succeed(job)


def test_it_understands_refusals(owner: User, client_of: Any, use: Any, song: Track) -> None:
    api, models = client_of(owner, ApiToken.Scope.READ), use("models")
    wish = models.VerdictShapeRequest(verdict="accepted")
    refused = use("api.tracks.tracks_tags_update").sync(song.pk, "piano", client=api, body=wish)
    assert isinstance(refused, models.ProblemShape)
    assert refused.type_ == "/api/v1/problems/read-only-token/"
