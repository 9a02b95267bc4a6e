from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import mutagen
import pytest
from mutagen.flac import FLAC, Picture
from mutagen.id3 import ID3, TALB, TIT2, TPE1

from ml.audio.probe import MAX_LENGTH, Examination, Metadata, examine
from ml.audio.reading import AudioError, DecoderLost
from ml.audio.sandbox.client import replies
from ml.audio.types import damaged
from tests import audio_factory as factory

TAGS = {"title": "Aria", "artist": "J. S. Bach", "album": "Goldberg"}


def digest(file: Path) -> str:
    return examine(file).audio_sha256


@pytest.mark.parametrize(
    "suffix", ["flac", "mp3", "ogg", "opus", "m4a", "aiff", "wma", "webm", "wav"]
)
def test_title_artist_and_album_are_read_from_every_format(suffix: str, tmp_path: Path) -> None:
    wave = factory.tone(440, 1, 48_000)
    file = factory.write(tmp_path / f"a.{suffix}", wave, 48_000, metadata=TAGS)
    if suffix == "aiff":
        tags = mutagen.File(file)
        tags.add_tags()
        tags.tags.update_to_v24()
        for frame in (
            TIT2(text="Aria"),
            TPE1(text="J. S. Bach"),
            TALB(text="Goldberg"),
        ):
            tags.tags.add(frame)
        tags.save()
    assert examine(file).metadata == Metadata("Aria", "J. S. Bach", "Goldberg")


def test_a_file_without_tags_has_empty_fields(tmp_path: Path) -> None:
    assert examine(factory.write(tmp_path / "a.wav", factory.tone(440, 1))).metadata == Metadata()


def test_a_file_that_is_no_audio_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.mp3"
    file.write_bytes(b"no song")
    for path in (file, tmp_path / "missing.mp3"):
        with pytest.raises(AudioError):
            examine(path)


def _dying_after(frames: Iterator[Any], notes: int, of: Exception) -> Iterator[Any]:
    for _ in range(notes):
        yield next(frames)
    raise of


def _examined_with_a_death(
    file: Path, notes: int, of: Exception, monkeypatch: pytest.MonkeyPatch
) -> Examination:
    @contextmanager
    def dying(*given: Any, **how: Any) -> Iterator[Iterator[Any]]:
        with replies(*given, **how) as frames:
            yield _dying_after(frames, notes, of)

    monkeypatch.setattr("ml.audio.probe.replies", dying)
    return examine(file)


def test_tags_that_are_too_much_for_the_decoder_leave_the_sound_as_good_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = factory.write(tmp_path / "a.mp3", factory.tone(440, 1), metadata=TAGS)
    before = examine(file)
    assert before.metadata == Metadata("Aria", "J. S. Bach", "Goldberg")
    of = damaged("it makes the decoder crash")
    without = replace(before, metadata=Metadata(), cover_read=False)
    assert _examined_with_a_death(file, 2, of, monkeypatch) == without


@pytest.mark.parametrize(
    ("of", "cover_read"), [(damaged("it makes the decoder crash"), True), (DecoderLost(), False)]
)
def test_whatever_a_cover_does_the_rest_has_been_said(
    of: Exception, cover_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = factory.write(tmp_path / "a.mp3", factory.tone(440, 1), metadata=TAGS)
    before = examine(file)
    without = replace(before, cover=None, cover_read=cover_read)
    assert _examined_with_a_death(file, 3, of, monkeypatch) == without


def test_control_marks_are_removed_and_long_names_cut(tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.mp3", factory.tone(440, 1))
    tags = ID3()
    tags.add(TIT2(encoding=3, text="\u202eEvil\x07 \n name\u2066"))
    tags.add(TPE1(encoding=3, text="x" * 5_000))
    tags.save(file)
    metadata = examine(file).metadata
    assert metadata.title == "Evil name"
    assert metadata.artist == "x" * MAX_LENGTH


def test_retagging_leaves_the_digest_of_an_mp3(tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.mp3", factory.music(4))
    before = digest(file)
    tags = ID3()
    tags.add(TIT2(encoding=3, text="Aria"))
    tags.add(TALB(encoding=3, text="A very long name " * 400))
    tags.save(file, v1=2)
    assert digest(file) == before


def test_a_new_cover_leaves_the_digest_of_a_flac(tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.flac", factory.music(4))
    before = digest(file)
    tags = FLAC(file)
    picture = Picture()
    picture.type, picture.mime, picture.data = 3, "image/png", bytes(50_000)
    tags.add_picture(picture)
    tags["title"] = "Aria"
    tags.save()
    assert digest(file) == before


@pytest.mark.parametrize("suffix", ["ogg", "opus", "m4a", "wav", "aiff", "wma"])
def test_retagging_leaves_the_digest(suffix: str, tmp_path: Path) -> None:
    file = factory.write(tmp_path / f"a.{suffix}", factory.music(4, 48_000), 48_000)
    before = digest(file)
    tags = mutagen.File(file, easy=suffix not in ("wav", "aiff"))
    if tags.tags is None:
        tags.add_tags()
    tags["TIT2" if suffix in ("wav", "aiff") else "title"] = (
        TIT2(encoding=3, text="Aria") if suffix in ("wav", "aiff") else "Aria"
    )
    tags.save()
    assert digest(file) == before


def test_other_sound_has_another_digest(tmp_path: Path) -> None:
    one = factory.write(tmp_path / "1.wav", factory.tone(440, 2))
    two = factory.write(tmp_path / "2.wav", factory.tone(441, 2))
    assert digest(one) != digest(two)
