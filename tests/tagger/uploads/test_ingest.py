from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tagger.library.search import library, tracks_by_file
from tagger.library.trash import delete_track
from tagger.models import Job, Track, User
from tagger.uploads.ingest import Ingested, IngestError, SenderMetadata, ingest
from tests.audio_factory import music, tone, write

Wav = Callable[..., Path]


def take(path: Path, owner: User, name: str = "song.wav", **words: str) -> Ingested:
    return ingest(
        path,
        name,
        library=owner.personal_library,
        by=owner,
        trigger=Job.Trigger.WEB,
        metadata=SenderMetadata(**words),
    )


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_becomes_a_track_with_a_job(owner: User, wav: Wav, scratch_media: Path) -> None:
    taken = take(wav(), owner)
    track, job = taken.track, taken.job
    assert not taken.duplicate
    assert (track.state, track.sample_rate, track.channels) == (Track.State.PENDING, 44_100, 1)
    assert track.duration == pytest.approx(1.0, abs=0.01)
    assert job is not None
    assert (job.state, job.queue) == (Job.State.QUEUED, "inference")
    assert [path.stat().st_size for path in stored(scratch_media)] == [track.file_size]


def test_the_file_is_moved_not_copied(owner: User, wav: Wav) -> None:
    path = wav()
    take(path, owner)
    assert not path.exists()


def test_the_words_of_the_sender_beat_those_of_the_file(owner: User, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.flac", tone(300, 1.0), metadata={"title": "From the file", "artist": "Mira"}
    )
    track = take(path, owner, title="From the sender").track
    assert (track.title, track.artist) == ("From the sender", "Mira")


def test_a_file_without_words_is_called_by_its_name(owner: User, wav: Wav) -> None:
    assert take(wav(), owner, "Evening song.wav").track.title == "Evening song"


def test_the_same_file_again_answers_the_track_that_exists(
    owner: User, wav: Wav, scratch_media: Path
) -> None:
    first = take(wav(), owner)
    again = take(wav(), owner, "other name.wav")
    assert again.duplicate
    assert (again.track, again.job) == (first.track, first.job)
    assert Job.objects.count() == len(stored(scratch_media)) == 1


@pytest.mark.parametrize("suffix", ["mp3", "flac", "ogg", "m4a"])
def test_a_copy_with_other_metadata_is_the_same_audio(
    owner: User, tmp_path: Path, suffix: str
) -> None:
    import mutagen

    path = write(tmp_path / f"a.{suffix}", music(1.0, channels=2))
    copy = Path(shutil.copy(path, tmp_path / f"b.{suffix}"))
    tags: Any = mutagen.File(copy, easy=True)
    tags["title"] = "A much longer title than the one before " * 20
    tags.save()
    assert copy.read_bytes() != path.read_bytes()
    first = take(path, owner)
    assert take(copy, owner).track == first.track


def test_two_people_may_have_the_same_audio(owner: User, outsider: User, wav: Wav) -> None:
    assert take(wav(), owner).track != take(wav(), outsider).track


@pytest.mark.django_db(transaction=True)
def test_many_uploads_of_the_same_bytes_make_one_track(
    owner: User, wav: Wav, tmp_path: Path, scratch_media: Path, sent: list[str]
) -> None:
    start, results = threading.Barrier(5), []
    copies = [Path(shutil.copy(wav(), tmp_path / f"copy{n}.wav")) for n in range(5)]

    def work(path: Path) -> None:
        start.wait()
        try:
            results.append(take(path, owner))
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[path]) for path in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.duplicate for result in results) == [False, True, True, True, True]
    assert Track.objects.count() == Job.objects.count() == len(stored(scratch_media)) == 1
    assert len(sent) == 1


def refused(path: Path, owner: User, media: Path, name: str = "song.mp3") -> IngestError:
    """The error, once it is sure that nothing stayed."""
    with pytest.raises(IngestError) as caught:
        take(path, owner, name)
    assert not Track.objects.exists()
    assert not Job.objects.exists()
    assert stored(media) == []
    return caught.value


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"milk, bread, strings\n" * 200, "not-audio"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "not-audio"),
        (b"\x00" * 5000, "not-audio"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not-audio"),
    ],
)
def test_what_is_no_music_is_refused_and_nothing_stays(
    owner: User, tmp_path: Path, scratch_media: Path, content: bytes, code: str
) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    error = refused(path, owner, scratch_media)
    assert error.code == code
    assert error.detail.endswith(".")


def test_a_file_that_is_too_large_is_refused(
    owner: User, wav: Wav, scratch_media: Path, settings: Any
) -> None:
    settings.MAX_UPLOAD_BYTES = 1024
    error = refused(wav(), owner, scratch_media)
    assert error.code == "too-large"
    assert "1 KB" in error.detail


def test_a_recording_that_is_too_long_is_refused(
    owner: User, tmp_path: Path, scratch_media: Path, settings: Any
) -> None:
    settings.MAX_DURATION_SECONDS = 2
    error = refused(write(tmp_path / "long.wav", tone(100, 3.0)), owner, scratch_media)
    assert error.code == "too-long"


def test_nothing_stays_when_the_database_fails(
    owner: User, wav: Wav, scratch_media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr("tagger.uploads.ingest.create_job", fail)
    with pytest.raises(RuntimeError):
        take(wav(), owner)
    assert not Track.objects.exists()
    assert stored(scratch_media) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\music\\song.mp3", "song.mp3"),
        ("a\x00b\n.mp3", "ab.mp3"),
        ("evil\u202egpj.mp3", "evilgpj.mp3"),
        ("...", "..."),
        ("", "untitled"),
        ("\ud800.mp3", ".mp3"),
        ("Ночь 夜.flac", "Ночь 夜.flac"),
    ],
)
def test_no_file_name_does_harm(
    owner: User, wav: Wav, scratch_media: Path, name: str, kept: str
) -> None:
    track = take(wav(), owner, name).track
    assert track.file_name == kept
    assert Path(track.file.path).is_relative_to(scratch_media)
    assert Path(track.file.path).stem == str(track.pk)


def test_a_very_long_name_is_cut_and_keeps_its_suffix(owner: User, wav: Wav) -> None:
    track = take(wav(), owner, "é" * 4000 + ".mp3").track
    assert len(track.file_name) <= 255
    assert track.file_name.endswith(".mp3")


def test_the_same_sound_again_comes_back_from_the_trash(owner: User, wav: Wav) -> None:
    track = take(wav(), owner).track
    delete_track(track)
    again = take(wav("again.wav"), owner)
    assert (again.track, again.duplicate, again.restored) == (track, True, True)
    assert library(owner.personal_library).get() == track
    assert again.job is not None
    assert again.job.state == Job.State.QUEUED


def test_a_file_in_the_trash_is_not_among_those_held(owner: User, wav: Wav) -> None:
    track = take(wav(), owner).track
    assert tracks_by_file(owner.personal_library, [track.file_sha256])
    delete_track(track)
    assert not tracks_by_file(owner.personal_library, [track.file_sha256])
