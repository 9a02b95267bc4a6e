"""Tags written into the files of a folder: seen by another program, undone, or refused."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import mutagen
import pytest

from ml.audio import Field, examine
from tagger.feedback.verdicts import reject_shown
from tagger.folders import write_back
from tagger.folders.write_back import (
    WriteRefused,
    open_for_writing,
    preview,
    request_undo,
    request_writing,
    write_due,
)
from tagger.models import Folder, Job, Place, Tag, Track, User, WrittenTags
from tagger.platform.storage.replace import ReplaceRefused, replaced
from tagger.tasks import run_job
from tests.web import rows

from .conftest import Scanner

pytestmark = pytest.mark.django_db
ALL = [one.value for one in Field]


@pytest.fixture
def heard(scan: Scanner, folder: Folder) -> Folder:
    """Both songs are tagged, and the folder is opened for writing."""
    scan()
    rows.analysed(Track.objects.get(title="One"), guitar=0.9, rock=0.8)
    rows.analysed(Track.objects.get(title="Two"), piano=0.9)
    return open_for_writing(folder, writable=True, fields=ALL, always=False, keep_times=True)


def done(job: Job) -> Job:
    run_job(str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED, job.error_detail
    return job


def written(folder: Folder, trigger: Job.Trigger = Job.Trigger.WEB) -> Job:
    return done(request_writing(folder, by=None, trigger=trigger))


def tags(path: Path) -> Any:
    return mutagen.File(path).tags


def test_another_program_finds_the_tags_and_all_else_as_it_was(heard: Folder, music: Path) -> None:
    path = music / "Nights" / "one.flac"
    before, status = examine(path), path.stat()
    assert written(heard).result["written"] == 2
    found = tags(path)
    assert (found["GENRE"], found["TONEMARK_TAGS"]) == (["rock"], ["guitar", "rock"])
    assert found["TITLE"] == ["One"]
    after = examine(path)
    assert after.metadata.genre == "rock"
    assert replace(after, metadata=replace(after.metadata, genre="")) == before
    assert path.stat().st_mtime_ns == status.st_mtime_ns
    assert path.stat().st_mode == status.st_mode
    assert sorted(os.listdir(music / "Nights")) == ["one.flac", "two.flac"]


def test_what_would_change_is_shown_before(heard: Folder, music: Path) -> None:
    content = (music / "Nights" / "one.flac").read_bytes()
    change = next(one for one in preview(heard) if one.place.path.endswith("one.flac"))
    assert ("genre", "", "rock") in change.lines
    assert (music / "Nights" / "one.flac").read_bytes() == content
    written(heard)
    assert preview(heard) == []


def test_only_the_chosen_fields_are_written(heard: Folder, music: Path) -> None:
    open_for_writing(heard, writable=True, fields=["genre"], always=False, keep_times=False)
    before = (music / "Nights" / "one.flac").stat().st_mtime_ns
    written(heard)
    found = tags(music / "Nights" / "one.flac")
    assert found["GENRE"] == ["rock"]
    assert "TONEMARK_TAGS" not in found
    assert (music / "Nights" / "one.flac").stat().st_mtime_ns > before


def test_a_scan_afterwards_reads_nothing_again(heard: Folder, scan: Scanner, music: Path) -> None:
    written(heard)
    assert scan().result["unchanged"] == 2
    track = Track.objects.get(title="One")
    assert track.file_size == (music / "Nights" / "one.flac").stat().st_size


def test_it_is_taken_back_from_the_log(heard: Folder, music: Path, owner: User) -> None:
    file = mutagen.File(music / "Nights" / "one.flac")
    file["GENRE"] = ["Old"]
    file.save()
    written(heard)
    reject_shown(owner, Track.objects.get(title="One"), Tag.objects.get(name="guitar"))
    written(heard)
    assert tags(music / "Nights" / "one.flac")["TONEMARK_TAGS"] == ["rock"]
    done(request_undo(heard, by=None, trigger=Job.Trigger.WEB))
    found = tags(music / "Nights" / "one.flac")
    assert found["GENRE"] == ["Old"]
    assert "TONEMARK_TAGS" not in found
    assert not WrittenTags.objects.filter(undone_at=None).exists()


def test_what_somebody_else_wrote_since_is_not_undone(heard: Folder, music: Path) -> None:
    written(heard)
    file = mutagen.File(music / "Nights" / "one.flac")
    file["GENRE"] = ["Mine"]
    file.save()
    done(request_undo(heard, by=None, trigger=Job.Trigger.WEB))
    found = tags(music / "Nights" / "one.flac")
    assert found["GENRE"] == ["Mine"]
    assert "TONEMARK_TAGS" not in found


def test_a_read_only_file_stays_read_only(heard: Folder, music: Path) -> None:
    path = music / "Nights" / "one.flac"
    path.chmod(0o444)
    content = path.read_bytes()
    result = written(heard).result
    assert (result["written"], result["refused"]) == (1, 1)
    assert "read-only" in result["refusals"][0][1]
    assert path.read_bytes() == content
    assert not WrittenTags.objects.filter(place__path__endswith="one.flac").exists()


def test_a_kind_without_a_place_for_tags_is_refused(
    heard: Folder, scan: Scanner, music: Path
) -> None:
    from tests.audio_factory import tone, write

    write(music / "a.wav", tone(800, 1))
    scan()
    rows.analysed(Track.objects.get(file_name="a.wav"), guitar=0.9)
    assert "MP3" in written(heard).result["refusals"][0][1]


def test_nothing_is_written_where_it_was_not_opened(heard: Folder) -> None:
    open_for_writing(heard, writable=False, fields=ALL, always=True, keep_times=True)
    heard.refresh_from_db()
    assert heard.write_always is False
    with pytest.raises(WriteRefused, match="Open the folder"):
        request_writing(heard, by=None, trigger=Job.Trigger.WEB)


def test_a_folder_kept_up_to_date_is_written_when_something_changed(
    heard: Folder, owner: User, music: Path
) -> None:
    open_for_writing(heard, writable=True, fields=ALL, always=True, keep_times=True)
    assert write_due() == 1
    rows.work_off(Job.Kind.WRITE_TAGS)
    assert write_due() == 0
    reject_shown(owner, Track.objects.get(title="One"), Tag.objects.get(name="rock"))
    assert write_due() == 1
    rows.work_off(Job.Kind.WRITE_TAGS)
    assert tags(music / "Nights" / "one.flac")["TONEMARK_TAGS"] == ["guitar"]


def test_a_changed_sound_is_never_put_in_place(
    heard: Folder, music: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = music / "Nights" / "one.flac"
    content = path.read_bytes()
    monkeypatch.setattr(write_back, "_proof", lambda number: ("another", "digest"))
    assert written(heard).result["refused"] == 2
    assert path.read_bytes() == content


def test_a_death_in_the_middle_leaves_the_file_whole(music: Path) -> None:
    path = music / "Nights" / "one.flac"
    content = path.read_bytes()

    def dies() -> None:
        with replaced(str(path), name="1", keep_times=True) as copy:
            copy.file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        dies()
    assert path.read_bytes() == content
    assert sorted(os.listdir(path.parent)) == ["one.flac", "two.flac"]


def test_what_changed_meanwhile_is_not_written_over(music: Path) -> None:
    path = music / "Nights" / "one.flac"

    def late() -> None:
        with replaced(str(path), name="1", keep_times=True) as copy:
            copy.file.write(b"ours")
            path.write_bytes(b"theirs")

    with pytest.raises(ReplaceRefused, match="Another program"):
        late()
    assert path.read_bytes() == b"theirs"
    assert Place.objects.count() == 0
