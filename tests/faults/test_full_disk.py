"""A real disk without room: everything says so, nothing is left half written, and then it works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tagger.models import Job, Track, User
from tagger.tasks import run_job
from tests import audio_factory as factory
from tests.tagger.api.test_errors import problem
from tests.tagger.api.test_resumable_uploads import begin, send, stands_at
from tests.tagger.conftest import api, scratch_media, sent
from tests.web import rows

from .small_disk import MEBIBYTE, disk, filled

__all__ = ["api", "disk", "scratch_media", "sent"]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("sent")]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four MiB, so that it is written to the disk while it comes in."""
    path = tmp_path_factory.mktemp("songs") / "song.wav"
    return factory.write(path, factory.music(45.0), 44_100)


def stored(disk: Path) -> list[Path]:
    files = (path for path in disk.rglob("*") if path.is_file())
    return [path for path in files if path.name != "filler"]


def post(api: Client, song: Path) -> Any:
    api.raise_request_exception = False
    with song.open("rb") as content:
        return api.post("/api/v1/tracks/", {"file": content})


@pytest.mark.parametrize("room", [0, MEBIBYTE])
def test_an_upload_is_refused_and_taken_once_there_is_room(
    room: int, api: Client, disk: Path, song: Path
) -> None:
    with filled(disk, but=room):
        problem(post(api, song), 507, "storage-full")
        assert stored(disk) == []
        assert not Track.objects.exists()
        state = api.get("/readyz").json()["checks"]["storage"]
        assert state == ("ready" if room else "not ready")
    taken = post(api, song)
    assert taken.status_code == 202
    assert stored(disk) == [Path(Track.objects.get().file.path)]


def test_a_page_says_it_too(owner: User, client: Client, disk: Path, song: Path) -> None:
    client.force_login(owner)
    client.raise_request_exception = False
    with filled(disk), song.open("rb") as content:
        refused = client.post("/upload/", {"files": content})
    assert (refused.status_code, "The disk is full" in refused.content.decode()) == (507, True)
    assert stored(disk) == []


def test_an_upload_in_parts_goes_on_where_the_disk_was_full(
    api: Client, disk: Path, song: Path
) -> None:
    api.raise_request_exception = False
    content = song.read_bytes()
    address = begin(api, len(content), filename="song.wav")["Location"]
    assert send(api, address, 0, content[:MEBIBYTE]).status_code == 204
    with filled(disk, but=MEBIBYTE):
        problem(send(api, address, MEBIBYTE, content[MEBIBYTE:]), 507, "storage-full")
        reached = stands_at(api, address)
    assert MEBIBYTE <= reached <= 2 * MEBIBYTE
    assert send(api, address, reached, content[reached:]).status_code in (200, 204)
    assert Path(Track.objects.get().file.path).read_bytes() == content


@pytest.mark.parametrize("spare", [-MEBIBYTE, 4_096])
def test_a_tagged_copy_is_refused_while_it_is_copied_and_while_it_is_written(
    spare: int, api: Client, disk: Path, tmp_path: Path
) -> None:
    api.raise_request_exception = False
    song = factory.write(tmp_path / "song.mp3", factory.music(60.0))
    post(api, song)
    track = rows.analysed(Track.objects.get(), guitar=0.9)
    before = stored(disk)
    with filled(disk, but=track.file_size + spare):
        problem(api.get(f"/api/v1/tracks/{track.pk}/tagged/"), 507, "storage-full")
        assert stored(disk) == before
    copy: Any = api.get(f"/api/v1/tracks/{track.pk}/tagged/")
    assert len(copy.getvalue()) >= track.file_size


def test_a_spectrogram_fails_with_a_sentence_and_is_drawn_later(
    api: Client, disk: Path, song: Path
) -> None:
    post(api, song)
    track = rows.analysed(Track.objects.get())
    address = f"/api/v1/tracks/{track.pk}/spectrogram/"
    asked = api.post(address)
    before = stored(disk)
    with filled(disk):
        run_to_its_failure(asked.json()["id"])
    assert stored(disk) == before
    again = api.post(address).json()["id"]
    run_job(again)
    assert Job.objects.get(pk=again).state == Job.State.SUCCEEDED
    assert len(stored(disk)) == len(before) + 1


def run_to_its_failure(job_id: str) -> None:
    with pytest.raises(OSError, match="No space left"):
        run_job(job_id)
    job = Job.objects.get(pk=job_id)
    assert (job.state, job.error_code) == (Job.State.FAILED, "storage-full")
    assert "Make room" in job.error_detail
