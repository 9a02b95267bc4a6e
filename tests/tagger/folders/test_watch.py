"""Folders watched by the system itself: what changes is asked for a moment later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from tagger.folders import watch
from tagger.models import Folder, Job
from tests.audio_factory import tone, write

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20


@pytest.fixture
def watched(folder: Folder, sent: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.setattr(watch, "DEBOUNCE", 300)
    monkeypatch.setattr(watch, "LOOK_EVERY", 1_000)
    stop = threading.Event()

    def run() -> None:
        try:
            watch.watch_folders(stop)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(1)
    yield folder
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def asked_for() -> set[str]:
    jobs = Job.objects.filter(kind=Job.Kind.SCAN_FOLDER)
    return {path for job in jobs for path in job.details["below"] or [""]}


def soon(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, f"asked for {asked_for()}"
        time.sleep(0.1)


def test_what_comes_moves_and_goes_is_noticed(watched: Folder, music: Path) -> None:
    (music / "New").mkdir()
    write(music / "New" / "three.flac", tone(660, 1))
    soon(lambda: "New" in asked_for() or "" in asked_for())
    Job.objects.all().delete()
    (music / "Nights" / "one.flac").rename(music / "Nights" / "uno.flac")
    soon(lambda: "Nights" in asked_for())
    Job.objects.all().delete()
    (music / "Nights" / "two.flac").unlink()
    soon(lambda: "Nights" in asked_for())


def test_a_folder_that_is_added_later_is_watched_too(
    watched: Folder, music: Path, folder: Folder
) -> None:
    other = music.parent / "other"
    other.mkdir()
    second = folder.library.folders.create(path=str(other))
    time.sleep(2.5)
    write(other / "four.flac", tone(770, 1))
    soon(
        lambda: Job.objects.filter(
            kind=Job.Kind.SCAN_FOLDER, details__folder=str(second.pk)
        ).exists()
    )
