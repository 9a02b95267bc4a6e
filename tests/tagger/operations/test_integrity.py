from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tagger.library.facets import library_counts
from tagger.library.trash import delete_track, purge_track
from tagger.models import (
    Analysis,
    Job,
    ModelVersion,
    ResumableUpload,
    TagCount,
    Track,
    TrackTag,
    User,
)
from tagger.operations.repair import LEFT_ALONE, sweep
from tagger.uploads.ingest import ingest
from tests.web import rows

Wav = Callable[..., Path]


@pytest.fixture(autouse=True)
def weights(db: None, scratch_media: Path, tmp_path: Path) -> None:
    """The tests' model has a row only; here its file is looked at."""
    model = rows.active_model()
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "net.safetensors").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    ModelVersion.objects.filter(pk=model.pk).update(weights="net.safetensors", sha256=digest)


@pytest.fixture
def library(owner: User, wav: Wav) -> Track:
    """One track as an upload makes it, analysed."""
    track = ingest(
        wav(), "song.wav", library=owner.personal_library, by=owner, trigger=Job.Trigger.WEB
    ).track
    Job.objects.update(state=Job.State.SUCCEEDED)
    return rows.analysed(track, guitar=0.9)


def check(*arguments: str) -> dict[str, Any]:
    """What the command says, and whether anything is left, by its exit."""
    out, left = StringIO(), False
    try:
        call_command("check_library", "--json", *arguments, stdout=out, stderr=StringIO())
    except CommandError:
        left = True
    return json.loads(out.getvalue()) | {"left": left}


def kinds(*arguments: str) -> list[str]:
    return [fault["kind"] for fault in check(*arguments)["faults"]]


def aged(path: Path) -> Path:
    old = time.time() - LEFT_ALONE.total_seconds() - 60
    os.utime(path, (old, old))
    return path


def test_a_whole_library_has_no_faults(library: Track) -> None:
    assert check() == {"tracks": 1, "models": 1, "faults": [], "left": False}


def test_a_file_that_rots_is_said_on_its_page_until_it_is_sent_again(
    library: Track, owner: User, wav: Wav, client: Client
) -> None:
    client.force_login(owner)

    def is_said() -> bool:
        page = client.get(f"/tracks/{library.pk}/").content.decode()
        return "no longer what was uploaded" in page

    rotten = Path(library.file.path)
    with rotten.open("r+b") as content:
        content.seek(1_000)
        content.write(b"rot")
    assert not is_said()
    assert kinds() == ["file-changed"]
    assert is_said()

    again = ingest(
        wav(), "song.wav", library=owner.personal_library, by=owner, trigger=Job.Trigger.WEB
    )
    assert (again.track, again.duplicate) == (library, True)
    assert not is_said()
    assert (kinds(), rotten.exists()) == ([], False)


def test_a_damaged_file_that_was_restored_is_no_longer_said_to_be(
    library: Track, tmp_path: Path
) -> None:
    path = Path(library.file.path)
    path.rename(tmp_path / "away")
    assert kinds() == ["file-missing"]
    assert Track.objects.get().damaged_since is not None
    (tmp_path / "away").rename(path)
    assert kinds() == []
    assert Track.objects.get().damaged_since is None


def test_a_track_without_its_file_is_told_and_left_to_a_person(library: Track) -> None:
    Path(library.file.path).unlink()
    told = check("--repair")
    assert told["left"]
    (fault,) = told["faults"]
    assert (fault["kind"], fault["subject"]) == ("file-missing", str(library.pk))
    assert not fault["repaired"]
    assert "backup" in fault["remedy"]


def test_a_file_with_a_flipped_bit_is_told(library: Track) -> None:
    path = Path(library.file.path)
    content = bytearray(path.read_bytes())
    content[1000] ^= 1
    path.write_bytes(content)
    assert kinds() == ["file-changed"]


def test_a_file_without_a_track_is_deleted_once_no_upload_can_own_it(
    library: Track, scratch_media: Path
) -> None:
    orphan = scratch_media / "tracks" / "ab" / "orphan.mp3"
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"sound")
    assert kinds("--repair") == []
    assert orphan.exists()
    aged(orphan)
    assert kinds() == ["file-orphaned"]
    assert not check("--repair")["left"]
    assert not orphan.exists()
    assert Path(library.file.path).exists()
    assert kinds() == []


def test_a_picture_without_a_track_is_deleted_and_a_tracks_own_stays(
    library: Track, scratch_media: Path
) -> None:
    pictures = scratch_media / "spectrograms" / "ab"
    pictures.mkdir(parents=True)
    for name in ("own.png", "orphan.png"):
        aged_file(pictures / name)
    Track.objects.update(spectrogram="spectrograms/ab/own.png")
    assert kinds("--repair") == ["file-orphaned"]
    assert [path.name for path in pictures.iterdir()] == ["own.png"]


def test_weights_of_a_registration_that_was_killed_are_deleted(
    library: Track, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    own = [aged_file(models / name) for name in ("net.json", "net.int8.xml")]
    aged(models / "net.safetensors")
    left = [aged_file(models / name) for name in ("net_x1.safetensors", "net_x1.json")]
    (models / "young.safetensors").write_bytes(b"being brought in")
    assert kinds() == ["weights-orphaned"] * 2
    assert not check("--repair")["left"]
    assert all(path.exists() for path in own)
    assert not any(path.exists() for path in left)
    assert kinds() == []


def aged_file(path: Path) -> Path:
    path.write_bytes(b"left")
    return aged(path)


def test_what_killed_uploads_left_is_swept(library: Track, settings: Any) -> None:
    incoming = Path(settings.FILE_UPLOAD_TEMP_DIR)
    young, old, scratch = incoming / "young", incoming / "old", incoming / "scratch"
    scratch.mkdir()
    for path in (young, old, scratch / "copy.wav"):
        path.write_bytes(b"half a song")
    for path in (old, scratch / "copy.wav", scratch):
        aged(path)
    aged(Path(library.file.path))
    assert sweep() == 2
    assert list(incoming.iterdir()) == [young]
    assert Path(library.file.path).exists()


def test_an_upload_in_parts_is_left_while_it_may_be_gone_on_with(library: Track) -> None:
    expires = timezone.now() + timedelta(days=1)
    upload = ResumableUpload.objects.create(
        owner=rows.owner_of(library),
        library=library.library,
        file_name="a.wav",
        length=100,
        expires_at=expires,
    )
    nobodys = upload.path.with_name("0" * 32)
    upload.path.parent.mkdir()
    for path in (upload.path, nobodys):
        path.write_bytes(b"half")
        aged(path)
    aged(upload.path.parent)
    assert kinds("--repair") == ["upload-left"]
    assert upload.path.exists()
    assert not nobodys.exists()


def test_a_track_that_nobody_will_analyse_is_queued(library: Track, sent: list[str]) -> None:
    Track.objects.update(state=Track.State.PENDING)
    assert kinds() == ["never-heard"]
    assert not check("--repair")["left"]
    assert Job.objects.filter(state=Job.State.QUEUED).count() == 1
    assert kinds() == []


def test_a_tagged_track_without_an_analysis_is_queued(library: Track, sent: list[str]) -> None:
    Analysis.objects.all().delete()
    TrackTag.objects.all().delete()
    assert kinds("--repair") == ["never-heard", "tags-stale"]
    assert Job.objects.filter(state=Job.State.QUEUED).count() == 1


def test_an_analysis_that_is_cut_off_is_made_again(library: Track, sent: list[str]) -> None:
    analysis = Analysis.objects.get()
    Analysis.objects.update(scores=bytes(analysis.scores)[:-2])
    assert kinds("--repair")[0] == "analysis-broken"
    assert not Analysis.objects.exists()
    assert Job.objects.filter(state=Job.State.QUEUED).count() == 1


def test_tags_that_do_not_follow_are_written_anew(library: Track) -> None:
    TrackTag.objects.all().delete()
    assert kinds() == ["tags-stale"]
    assert not check("--repair")["left"]
    assert library.track_tags.get().tag.name == "guitar"


def test_counts_that_are_wrong_are_mended(library: Track) -> None:
    TagCount.objects.update(tracks=7)
    (fault,) = check()["faults"]
    assert (fault["kind"], fault["subject"]) == ("counts-wrong", str(library.library_id))
    assert fault["detail"] == "2 counts of this library are wrong"
    assert not check("--repair")["left"]
    assert kinds() == []
    assert library_counts(library.library).tracks == 1


def test_weights_that_are_gone_or_changed_are_told(library: Track, tmp_path: Path) -> None:
    file = tmp_path / "models" / "net.safetensors"
    file.write_bytes(b"other")
    assert kinds() == ["weights-changed"]
    file.unlink()
    assert kinds() == ["weights-missing"]


def test_tracks_in_the_trash_keep_their_files_and_need_no_job(library: Track) -> None:
    Track.objects.update(state=Track.State.PENDING)
    delete_track(library)
    assert kinds() == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_of_a_track_that_is_purged(library: Track, sent: list[str]) -> None:
    delete_track(library)
    assert purge_track(library)
    assert check() == {"tracks": 0, "models": 1, "faults": [], "left": False}


def test_the_text_says_what_helps(library: Track) -> None:
    out = StringIO()
    TrackTag.objects.all().delete()
    with pytest.raises(CommandError, match="1 faults are left"):
        call_command("check_library", stdout=out, stderr=StringIO())
    assert "tags-stale" in out.getvalue()
    assert "What helps: --repair can write the tags anew." in out.getvalue()
    assert "1 tracks and 1 models checked: 1 faults, 0 repaired." in out.getvalue()
