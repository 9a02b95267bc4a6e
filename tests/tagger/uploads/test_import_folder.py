from __future__ import annotations

import os
from pathlib import Path

import pytest

from tagger.exports.playlist import playlist
from tagger.models import Job, Track, User
from tagger.uploads.import_folder import FileOutcome, import_file, list_folder
from tagger.uploads.ingest import clean_name
from tests.audio_factory import music, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = tmp_path / "music" / "Queen" / "1982 Hot Space"
    below.mkdir(parents=True)
    write(below / "01 Duet.wav", music(1.0, 22_050), rate=22_050)
    return tmp_path / "music"


def names(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in list_folder(folder).files]


def test_what_systems_leave_beside_music_is_passed_over_and_counted(folder: Path) -> None:
    for place in (".Trash-1000", "@eaDir", "#recycle", "$RECYCLE.BIN", ".hidden"):
        (folder / place).mkdir()
        (folder / place / "song.mp3").write_bytes(b"sound")
    for name in ("._song.mp3", ".DS_Store", "cover.jpg", "list.m3u8"):
        (folder / name).write_bytes(b"no sound")
    listing = list_folder(folder)
    assert names(folder) == ["Queen/1982 Hot Space/01 Duet.wav"]
    assert (listing.passed_over, listing.unreadable) == (9, [])


def test_linked_folders_are_followed_once_and_never_round(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "song.mp3").write_bytes(b"sound")
    (folder / "Linked").symlink_to(elsewhere)
    (folder / "Linked again").symlink_to(elsewhere)
    (folder / "Queen" / "back").symlink_to(folder)
    (folder / "nowhere").symlink_to(tmp_path / "gone")
    assert names(folder) == ["Linked/song.mp3", "Queen/1982 Hot Space/01 Duet.wav"]


def test_a_folder_that_cannot_be_listed_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = folder / "closed"
    closed.mkdir()
    scandir = os.scandir

    def refusing(path: str) -> object:  # root may read everything, so the system is asked to refuse
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", refusing)
    assert list_folder(folder).unreadable == [f"{closed}: Permission denied"]


def test_a_playlist_finds_an_imported_file_where_it_lies(folder: Path, owner: User) -> None:
    (path,) = list_folder(folder).files
    result = import_file(
        path, folder, library=owner.personal_library, by=owner, trigger=Job.Trigger.COMMAND
    )
    assert result.outcome is FileOutcome.IMPORTED
    track = Track.objects.get()
    assert track.imported_path == "Queen/1982 Hot Space/01 Duet.wav"
    assert list(playlist([track]))[-1].endswith("\nQueen/1982 Hot Space/01 Duet.wav\n")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\music\\song.mp3", "song.mp3"),
        ("夜\u3000曲.mp3", "夜\u3000曲.mp3"),
        ("a\xa0b.mp3", "a\xa0b.mp3"),
        ("می\u200cخواهم.mp3", "می\u200cخواهم.mp3"),  # noqa: RUF001
        ("\U0001f468\u200d\U0001f3a4.mp3", "\U0001f468\u200d\U0001f3a4.mp3"),
        ("gnp.\u202e3pm.exe", "gnp.3pm.exe"),
        ("a\x00b\nc.mp3", "abc.mp3"),
        ("\x07", "untitled"),
    ],
)
def test_a_name_keeps_its_signs_and_loses_what_does_something_to_it(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept
