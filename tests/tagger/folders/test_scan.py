"""Folders scanned in place, with real files: what comes, moves, changes, goes and comes back."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tagger.folders import reading
from tagger.folders import scan as scanning
from tagger.folders.hearing import hear_found
from tagger.folders.manage import FolderError, add_folder, counts, remove_folder, request_scan
from tagger.folders.watch import request_scans
from tagger.library.tracks import rename_track
from tagger.library.trash import delete_track, purge_track
from tagger.models import Folder, Job, Library, Place, Track, User
from tagger.operations.backup.files import shelves
from tagger.operations.integrity.check import Checked, check
from tagger.operations.repair import untouched_since
from tagger.platform.celery.queues import Queue
from tagger.platform.storage.in_place import PREFIX, is_in_place
from tagger.platform.storage.local import on_this_machine
from tagger.uploads.ingest import ingest
from tests.audio_factory import tone, write
from tests.ml.audio.test_cover import picture
from tests.web import rows

from .conftest import Scanner, touch_later

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read, by name."""
    names: list[str] = []
    read = reading.read

    def noted(root: str, place: Place) -> reading.Read:
        names.append(str(place))
        return read(root, place)

    monkeypatch.setattr(scanning, "read", noted)
    return names


def titles() -> list[str]:
    return sorted(Track.objects.values_list("title", flat=True))


def where(title: str) -> str:
    """What its file is called."""
    return str(track(title).file.name)


def track(title: str) -> Track:
    return Track.objects.get(title=title)


def test_the_first_scan_brings_what_lies_there_and_copies_nothing(
    scan: Scanner, music: Path, scratch_media: Path
) -> None:
    job = scan()
    assert titles() == ["One", "Two"]
    assert job.result["files"] == job.result["new"] == job.result["read"] == 2
    assert track("One").track_number == 1
    with on_this_machine(track("One").file) as path:
        assert path.read_bytes() == (music / "Nights" / "one.flac").read_bytes()
    assert not list(scratch_media.rglob("tracks/*"))


def test_an_unchanged_file_is_not_read_again(scan: Scanner, opened: list[str]) -> None:
    scan()
    assert sorted(opened) == ["Nights/one.flac", "Nights/two.flac"]
    assert scan().result["unchanged"] == 2
    assert len(opened) == 2


def test_a_moved_folder_is_recognised_without_reading(
    scan: Scanner, music: Path, opened: list[str]
) -> None:
    scan()
    known = track("One").pk
    (music / "Nights").rename(music / "Noites")
    result = scan().result
    assert (result["moved"], result["new"], result["missing"], len(opened)) == (2, 0, 0, 2)
    assert track("One").pk == known
    assert where("One").endswith("/Noites/one.flac")
    assert track("One").missing_since is None


def test_a_copy_that_replaced_its_original_elsewhere_is_known_by_its_sound(
    scan: Scanner, music: Path
) -> None:
    """Another disk: other inode, other time."""
    scan()
    known = rename_track(track("One"), title="My name for it", artist="", album="")
    shutil.copyfile(music / "Nights" / "one.flac", music / "other name.flac")
    (music / "Nights" / "one.flac").unlink()
    scan()
    assert Track.objects.count() == 2
    known.refresh_from_db()
    assert known.title == "My name for it"
    assert str(known.file.name).endswith("/other name.flac")


def test_vanished_files_are_missing_and_come_back_unread(
    scan: Scanner, music: Path, opened: list[str], tmp_path: Path
) -> None:
    scan()
    (music / "Nights" / "one.flac").rename(tmp_path / "elsewhere.flac")
    scan()
    assert track("One").missing_since is not None
    assert Place.objects.get(state=Place.State.MISSING).missing_since
    (tmp_path / "elsewhere.flac").rename(music / "Nights" / "one.flac")
    assert scan().result["returned"] == 1
    assert track("One").missing_since is None
    assert len(opened) == 2


def test_an_unplugged_disk_loses_nothing(
    scan: Scanner, music: Path, folder: Folder, opened: list[str]
) -> None:
    scan()
    music.rename(music.parent / "unplugged")
    music.mkdir()  # the mount point
    scan()
    assert folder.away_since
    assert Track.objects.filter(missing_since=None).count() == 0
    music.rmdir()
    scan()
    (music.parent / "unplugged").rename(music)
    assert scan().result["returned"] == 2
    assert not Track.objects.exclude(missing_since=None).exists()
    assert folder.away_since is None
    assert len(opened) == 2


def test_a_file_with_new_words_is_read_again_and_not_heard_again(
    scan: Scanner, music: Path
) -> None:
    scan()
    rename_track(track("Two"), title="Mine", artist="", album="")
    for name, hertz in (("one", 440), ("two", 550)):
        said = {"title": f"New {name}", "artist": "Mira"}
        write(music / "Nights" / f"{name}.flac", tone(hertz, 1), metadata=said)
        touch_later(music / "Nights" / f"{name}.flac")
    assert scan().result["changed"] == 2
    assert titles() == ["Mine", "New one"], "what a person wrote stays"
    assert track("New one").artist == "Mira"
    assert not Job.objects.filter(kind=Job.Kind.TAG_TRACK).exists()


def test_another_sound_at_the_same_place_is_heard_again(scan: Scanner, music: Path) -> None:
    scan()
    known = rows.analysed(track("One"), guitar=0.9)
    before = known.audio_sha256
    write(music / "Nights" / "one.flac", tone(880, 1), metadata={"title": "One"})
    touch_later(music / "Nights" / "one.flac")
    scan()
    known.refresh_from_db()
    assert known.audio_sha256 != before
    job = Job.objects.get(kind=Job.Kind.TAG_TRACK, track=known)
    assert job.queue == Queue.BULK


def test_a_file_that_is_still_copied_waits_until_it_rests(
    scan: Scanner, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan()
    whole = write(music.parent / "whole.flac", tone(990, 2)).read_bytes()
    monkeypatch.setattr(scanning, "REST_SECONDS", 1.0)
    target = music / "growing.flac"
    looks: list[int] = []

    def wait(self: scanning.Scan, seconds: float) -> None:
        looks.append(Track.objects.count())
        target.write_bytes(whole)
        if len(looks) > 1:
            time.sleep(1.1)

    monkeypatch.setattr(scanning.Scan, "_wait", wait)
    target.write_bytes(whole[: len(whole) // 2])
    result = scan().result
    assert looks == [2, 2], "while it grew nothing was read"
    assert (result["resting"], result["refused"]) == (0, 0)
    assert Track.objects.count() == 3


def test_links_loops_trash_and_hidden_folders(
    scan: Scanner, music: Path, tmp_path: Path, folder: Folder
) -> None:
    outside = tmp_path / "private"
    outside.mkdir()
    write(outside / "secret.flac", tone(700, 1))
    (music / "loop").symlink_to(music)
    (music / "escape").symlink_to(outside)
    (music / "escape.flac").symlink_to(outside / "secret.flac")
    (music / "gone.flac").symlink_to(music / "nowhere.flac")
    inside = tmp_path / "allowed" / "more"
    inside.mkdir()
    write(inside / "linked.flac", tone(600, 1), metadata={"title": "Linked"})
    (music / "linked").symlink_to(inside)
    for hidden in (".trash", "@eaDir", "#recycle"):
        (music / hidden).mkdir()
        shutil.copy(outside / "secret.flac", music / hidden / "a.flac")
    (music / "._one.flac").write_bytes(b"no sound")
    scan()
    assert titles() == ["Linked", "One", "Two"]
    assert folder.summary["passed_over"] >= 6


def test_a_link_that_is_swapped_in_later_reaches_nothing(
    scan: Scanner, music: Path, tmp_path: Path
) -> None:
    scan()
    secret = tmp_path / "secret.flac"
    secret.write_bytes(b"private")
    path = music / "Nights" / "one.flac"
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(FileNotFoundError):
        track("One").file.open("rb")
    assert not track("One").file.storage.exists(str(track("One").file.name))


def test_what_is_not_allowed_any_more_cannot_be_read(
    scan: Scanner, settings: Any, tmp_path: Path
) -> None:
    scan()
    settings.FOLDERS = [tmp_path / "other"]
    with pytest.raises(FileNotFoundError):
        track("One").file.open("rb")


def test_a_broken_file_is_told_and_read_again_once_it_changes(
    scan: Scanner, music: Path, opened: list[str]
) -> None:
    (music / "broken.mp3").write_text("no music at all")
    scan()
    place = Place.objects.get(state=Place.State.REFUSED)
    assert "not an audio file" in place.fault
    scan()
    assert opened.count("broken.mp3") == 1
    write(music / "broken.mp3", tone(330, 1), metadata={"title": "Whole"})
    scan()
    assert "Whole" in titles()


def test_the_same_sound_in_two_folders_and_an_upload_is_one_track(
    scan: Scanner, music: Path, home: Library, owner: User, tmp_path: Path
) -> None:
    scan()
    other = music.parent / "second"
    other.mkdir()
    shutil.copy(music / "Nights" / "one.flac", other / "uno.flac")
    second = add_folder(home, str(other), by=owner)
    scan(of=second)
    assert Track.objects.count() == 2
    assert track("One").places.count() == 2
    shutil.rmtree(music / "Nights")
    scan()
    assert track("One").missing_since is None
    assert where("One").endswith("/second/uno.flac")
    upload = Path(shutil.copy(other / "uno.flac", tmp_path / "sent.flac"))
    taken = ingest(upload, "sent.flac", library=home, by=owner, trigger=Job.Trigger.WEB)
    assert taken.duplicate
    shutil.rmtree(other)
    scan(of=second)
    assert track("One").missing_since is None, "the upload is there"
    assert where("One").startswith("tracks/")


def test_an_uploaded_track_gets_a_place_and_keeps_its_file(
    scan: Scanner, music: Path, home: Library, owner: User, tmp_path: Path
) -> None:
    copy = Path(shutil.copy(music / "Nights" / "one.flac", tmp_path / "sent.flac"))
    taken = ingest(copy, "sent.flac", library=home, by=owner, trigger=Job.Trigger.WEB).track
    scan()
    taken.refresh_from_db()
    assert str(taken.file.name).startswith("tracks/")
    assert taken.places.count() == 1


def test_a_deleted_track_stays_deleted_and_its_file_untouched(scan: Scanner, music: Path) -> None:
    scan()
    delete_track(track("One"))
    purge_track(track("One"))
    assert (music / "Nights" / "one.flac").exists()
    scan()
    assert titles() == ["Two"]


def test_a_scan_that_is_killed_goes_on_where_it_was(
    scan: Scanner, folder: Folder, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = scanning.keep

    def once(*given: Any) -> bool:
        if Track.objects.exists():
            raise KeyboardInterrupt
        return kept(*given)

    monkeypatch.setattr(scanning, "keep", once)
    with pytest.raises(KeyboardInterrupt):
        scan()
    monkeypatch.setattr(scanning, "keep", kept)
    Job.objects.update(state=Job.State.CANCELLED)
    assert Track.objects.count() == 1
    scan()
    assert titles() == ["One", "Two"]
    assert counts(folder)["present"] == 2


def test_names_in_no_encoding_are_read(scan: Scanner, music: Path) -> None:
    path = os.path.join(os.fsencode(music), b"caf\xe9 100%.flac")
    shutil.copyfile(os.fsencode(music / "Nights" / "one.flac"), path)
    (music / "Nights" / "one.flac").unlink()
    scan()
    assert track("One").file_name == "caf\ufffd 100%.flac"
    with track("One").file.open("rb") as content:
        assert content.read(4) == b"fLaC"


def test_the_picture_of_a_folder_is_its_tracks_cover(scan: Scanner, music: Path) -> None:
    (music / "Nights" / "cover.jpg").write_bytes(picture("red"))
    scan()
    assert track("One").cover_id == track("Two").cover_id is not None


def test_only_what_changed_is_looked_at(scan: Scanner, folder: Folder, music: Path) -> None:
    scan()
    (music / "Later").mkdir()
    write(music / "Later" / "three.flac", tone(660, 1), metadata={"title": "Three"})
    shutil.rmtree(music / "Nights")
    assert scan("Later").result["files"] == 1
    assert track("One").missing_since is None, "nobody has looked there"
    request_scans({folder.pk: str(music)}, [str(music / "Nights" / "one.flac")])
    job = Job.objects.get(kind=Job.Kind.SCAN_FOLDER, state=Job.State.QUEUED)
    assert job.details["below"] == ["Nights"]


def test_found_tracks_are_heard_behind_uploads(scan: Scanner, sent: list[str]) -> None:
    rows.active_model()
    scan()
    assert hear_found() == 2
    assert set(Job.objects.filter(kind=Job.Kind.TAG_TRACK).values_list("queue", flat=True)) == {
        Queue.BULK
    }
    assert hear_found() == 0


def test_playing_and_ranges_work_from_there(scan: Scanner, owner: User, music: Path) -> None:
    scan()
    client = Client()
    client.force_login(owner)
    address = reverse("api:track-audio", args=[track("One").pk])
    whole = (music / "Nights" / "one.flac").read_bytes()
    answer: Any = client.get(address, headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.getvalue()) == (206, whole[10:20])
    assert answer["Content-Type"] in ("audio/flac", "audio/x-flac")
    (music / "Nights" / "one.flac").unlink()
    assert client.get(address).status_code == 404


def test_the_check_of_the_library_reads_them_where_they_lie(scan: Scanner, music: Path) -> None:
    scan()
    found = Checked()
    assert [
        fault for fault in check(untouched_since(), found) if fault and "file" in fault.kind
    ] == []
    with (music / "Nights" / "one.flac").open("ab") as file:
        file.write(b"x")
    kinds = [fault.kind for fault in check(untouched_since(), Checked()) if fault]
    assert "file-changed" in kinds


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/etc", "folder-not-allowed"),
        ("relative/path", "folder-invalid"),
        ("{root}/nowhere", "folder-not-there"),
        ("{root}/../../private", "folder-not-allowed"),
        ("{root}/Nights", "folder-known"),
    ],
)
def test_what_cannot_be_added_is_refused_with_a_sentence(
    path: str, code: str, folder: Folder, home: Library, music: Path, tmp_path: Path
) -> None:
    (tmp_path / "private").mkdir()
    with pytest.raises(FolderError) as refusal:
        add_folder(home, path.format(root=music), by=None)
    assert refusal.value.code == code


def test_without_allowed_folders_none_can_be_added(
    home: Library, tmp_path: Path, settings: Any
) -> None:
    settings.FOLDERS = []
    with pytest.raises(FolderError, match="TONEMARK_FOLDERS"):
        add_folder(home, str(tmp_path), by=None)


def test_a_folder_taken_out_leaves_its_files_alone(
    scan: Scanner, folder: Folder, music: Path
) -> None:
    scan()
    assert remove_folder(folder, with_tracks=True) == 2
    assert Track.objects.filter(deleted_at=None).count() == 0
    assert (music / "Nights" / "one.flac").exists()


def test_a_second_request_waits_behind_the_first(folder: Folder, sent: list[str]) -> None:
    first = request_scan(folder, by=None, trigger=Job.Trigger.WEB)
    assert request_scan(folder, by=None, trigger=Job.Trigger.WEB) == first
    assert request_scan(folder, by=None, trigger=Job.Trigger.WEB, below=["a"]) == first


def test_a_backup_holds_their_rows_and_not_their_audio(
    scan: Scanner, owner: User, music: Path
) -> None:
    uploaded = rows.track(owner)
    scan()
    media, _models = shelves()
    named = set(media.names())
    assert str(uploaded.file.name) in named
    assert not [name for name in named if is_in_place(name)]
    assert Track.objects.filter(file__startswith=PREFIX).count() == 2
