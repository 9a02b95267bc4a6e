from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import mutagen
import pytest
from django.core.files import File
from django.test import Client
from django.urls import reverse
from mutagen.flac import FLAC

from ml.audio.write_tags import DecoderLost, TrackMetadata
from tagger.exports.tagged_copy import tagged_copy
from tagger.feedback.verdicts import reject_shown
from tagger.library.search import LibraryFilter, library
from tagger.library.tracks import rename_track
from tagger.models import Job, Tag, Track, User
from tagger.uploads.ingest import ingest
from tests.audio_factory import music, write
from tests.tagger.api.test_errors import problem
from tests.web import rows


def sounding(owner: User, path: Path) -> Track:
    made = rows.track(owner, "Blue hour", artist="Mira")
    with path.open("rb") as content:
        made.file.save(path.name, File(content))
    Track.objects.filter(pk=made.pk).update(file_name=path.name)
    return rows.analysed(made, guitar=0.9, rock=0.8, piano=0.7, soft=0.6)


@pytest.fixture
def song(owner: User, tmp_path: Path) -> Track:
    made = sounding(owner, write(tmp_path / "blue.flac", music(2.0)))
    reject_shown(owner, made, Tag.objects.get(name="piano"))
    return made


def digest(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def test_the_copy_has_the_effective_tags_and_the_original_is_untouched(
    api: Client, song: Track, tmp_path: Path, settings: Any
) -> None:
    before = digest(song.file.path)
    response: Any = api.get(f"/api/v1/tracks/{song.pk}/tagged/")
    copy = tmp_path / "copy.flac"
    copy.write_bytes(response.getvalue())
    tags = mutagen.File(copy).tags
    assert tags["TONEMARK_TAGS"] == ["guitar", "rock", "soft"]
    assert (tags["GENRE"], tags["MOOD"], tags["TITLE"]) == (["rock"], ["soft"], ["Blue hour"])
    assert digest(song.file.path) == before != digest(str(copy))
    assert response["Content-Disposition"] == 'attachment; filename="blue.flac"'
    assert not list(Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir())


def test_a_wav_is_refused_with_a_sentence(api: Client, owner: User, tmp_path: Path) -> None:
    made = sounding(owner, write(tmp_path / "blue.wav", music(1.0)))
    body = problem(api.get(f"/api/v1/tracks/{made.pk}/tagged/"), 422, "no-place-for-tags")
    assert "MP3, FLAC" in body["detail"]


def test_a_writer_that_is_killed_is_asked_again_with_a_fresh_copy(
    api: Client, song: Track, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[bytes] = []

    def killed_once(path: Path, metadata: TrackMetadata) -> None:
        copies.append(path.read_bytes())
        path.write_bytes(b"half a copy")
        if len(copies) == 1:
            raise DecoderLost
        path.write_bytes(b"whole")

    monkeypatch.setattr("tagger.exports.tagged_copy.write_metadata", killed_once)
    response: Any = api.get(f"/api/v1/tracks/{song.pk}/tagged/")
    assert response.getvalue() == b"whole"
    assert copies == [Path(song.file.path).read_bytes()] * 2


def test_a_missing_file_is_a_problem(api: Client, song: Track) -> None:
    Path(song.file.path).unlink()
    problem(api.get(f"/api/v1/tracks/{song.pk}/tagged/"), 404, "file-missing")


def test_the_page_gives_it_too_and_says_when_it_cannot(
    client: Client, owner: User, song: Track, tmp_path: Path
) -> None:
    client.force_login(owner)
    given: Any = client.get(reverse("web:tagged-copy", args=[song.pk]))
    assert given.getvalue().startswith(b"fLaC")
    wav = sounding(owner, write(tmp_path / "blue.wav", music(1.0)))
    refused = client.get(reverse("web:tagged-copy", args=[wav.pk]), follow=True)
    assert "CSV or JSON instead" in refused.content.decode()


def test_a_copy_changes_no_word_that_nobody_has_changed(tmp_path: Path, owner: User) -> None:
    """Several artists, a long title: more than the row holds. A guessed title is not written."""
    path = write(tmp_path / "02 Duet.flac", music(1.0))
    words = FLAC(path)
    words["artist"], words["title"] = ["Ella", "Louis"], ["A very long title " * 20]
    words.save()
    track = ingest(
        path, path.name, library=owner.personal_library, by=owner, trigger=Job.Trigger.WEB
    ).track
    copy = FLAC(tagged_copy(track))
    assert copy["artist"] == ["Ella", "Louis"]
    assert copy["title"] == ["A very long title " * 20]
    rename_track(track, title=track.title, artist="Ella Fitzgerald", album="")
    assert FLAC(tagged_copy(track))["artist"] == ["Ella Fitzgerald"]


def test_the_genres_of_a_file_are_shown_found_and_kept(
    client: Client, tmp_path: Path, owner: User
) -> None:
    path = write(tmp_path / "duet.flac", music(1.0))
    said = FLAC(path)
    said["genre"] = ["Vocal Jazz", "Rock", "Swing"]
    said.save()
    track = rows.analysed(
        ingest(
            path, path.name, library=owner.personal_library, by=owner, trigger=Job.Trigger.WEB
        ).track,
        classical=0.9,
        rock=0.9,
    )
    client.force_login(owner)
    page = client.get(reverse("web:track", args=[track.pk])).content.decode()
    assert "Vocal Jazz; Rock; Swing" in page
    found = LibraryFilter({"q": "swing"}, queryset=library(owner.personal_library)).qs
    assert list(found) == [track]
    reject_shown(owner, track, Tag.objects.get(name="rock"))
    assert FLAC(tagged_copy(track))["genre"] == ["Vocal Jazz", "Swing", "classical"]


def test_a_title_guessed_from_the_files_name_is_not_written(tmp_path: Path, owner: User) -> None:
    path = write(tmp_path / "03 Track.flac", music(1.0))
    track = ingest(
        path, path.name, library=owner.personal_library, by=owner, trigger=Job.Trigger.WEB
    ).track
    assert track.title == "03 Track"
    assert "title" not in FLAC(tagged_copy(track))
