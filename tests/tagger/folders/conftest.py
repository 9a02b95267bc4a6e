"""A library with a folder of real files, and the hand that scans it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tagger.folders import scan as scanning
from tagger.folders.manage import add_folder, request_scan
from tagger.models import Folder, Job, Library, User
from tagger.tasks import run_job
from tests.audio_factory import tone, write

Scanner = Callable[..., Job]


@pytest.fixture
def music(tmp_path: Path, settings: Any) -> Path:
    """Two songs in an album; the folder lies in the only one that is allowed."""
    root = tmp_path / "allowed" / "music"
    (root / "Nights").mkdir(parents=True)
    settings.FOLDERS = [tmp_path / "allowed"]
    write(root / "Nights" / "one.flac", tone(440, 1), metadata={"title": "One", "track": "1"})
    write(root / "Nights" / "two.flac", tone(550, 1), metadata={"title": "Two", "track": "2"})
    return root


@pytest.fixture
def home(owner: User) -> Library:
    return owner.personal_library


@pytest.fixture
def folder(music: Path, home: Library, owner: User) -> Folder:
    return add_folder(home, str(music), by=owner)


@pytest.fixture
def scan(folder: Folder, sent: list[str], monkeypatch: pytest.MonkeyPatch) -> Scanner:
    """Runs a scan to its end, as a worker would. Nobody waits for files to rest."""
    monkeypatch.setattr(scanning, "REST_SECONDS", -1e9)

    def run(*below: str, of: Folder = folder) -> Job:
        job = request_scan(of, by=None, trigger=Job.Trigger.WEB, below=below)
        run_job(str(job.pk))
        job.refresh_from_db()
        of.refresh_from_db()
        assert job.state == Job.State.SUCCEEDED, job.error_detail
        return job

    return run


def touch_later(path: Path) -> None:
    """As a program does that writes the file again."""
    status = path.stat()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
