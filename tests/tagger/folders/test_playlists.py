"""Saved views as playlists in a folder: relative, kept current, never over a file of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tagger.folders.write_back import open_for_writing, write_due
from tagger.libraries.manage import make_library
from tagger.library.saved_views import delete_view, save_view
from tagger.library.tracks import rename_track
from tagger.models import Folder, Job, Track, User
from tests.web import rows

from .conftest import Scanner

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(scan: Scanner, folder: Folder) -> Folder:
    scan()
    return open_for_writing(
        folder, writable=True, fields=[], always=False, keep_times=True, playlists=True
    )


def kept_current() -> int:
    asked = write_due()
    rows.work_off(Job.Kind.WRITE_TAGS)
    return asked


def test_a_view_is_a_playlist_that_is_kept_current(
    opened: Folder, owner: User, music: Path
) -> None:
    view = save_view(owner, owner.personal_library, "Ones: all/of them", "q=one")
    assert kept_current() == 1
    path = music / "Tonemark" / "Ones_ all_of them.m3u8"
    lines = path.read_text().splitlines()
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == "../Nights/one.flac"
    assert (path.parent / lines[-1]).exists()
    assert kept_current() == 0
    rename_track(Track.objects.get(title="Two"), title="Two and one", artist="", album="")
    assert kept_current() == 1
    assert "../Nights/two.flac" in path.read_text()
    delete_view(view)
    kept_current()
    assert not path.exists()


def test_a_playlist_of_somebody_else_stays(opened: Folder, owner: User, music: Path) -> None:
    (music / "Tonemark").mkdir()
    theirs = music / "Tonemark" / "Mine.m3u8"
    theirs.write_text("#EXTM3U\nmy own.flac\n")
    save_view(owner, owner.personal_library, "Mine", "q=one")
    kept_current()
    assert theirs.read_text() == "#EXTM3U\nmy own.flac\n"


def test_only_keepers_views_are_written(opened: Folder, outsider: User, music: Path) -> None:
    save_view(outsider, outsider.personal_library, "Foreign", "q=one")
    assert kept_current() == 0
    assert not list((music / "Tonemark").glob("*.m3u8"))


def test_views_of_a_keepers_other_libraries_stay_out(
    opened: Folder, owner: User, music: Path
) -> None:
    elsewhere = make_library(owner, "Station archive")
    save_view(owner, elsewhere, "Of the station", "q=one")
    save_view(owner, owner.personal_library, "Of this one", "q=one")
    kept_current()
    assert [path.name for path in (music / "Tonemark").iterdir()] == ["Of this one.m3u8"]
