from __future__ import annotations

from pathlib import Path

import mutagen
import pytest
from mutagen.id3 import ID3, TIT2, TPE1

from ml.metadata import MAX_LENGTH, Metadata, read_metadata
from tests import audio_factory as factory

TAGS = {"title": "Aria", "artist": "J. S. Bach", "album": "Goldberg"}


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
            mutagen.id3.TALB(text="Goldberg"),
        ):
            tags.tags.add(frame)
        tags.save()
    assert read_metadata(file) == Metadata("Aria", "J. S. Bach", "Goldberg")


def test_a_file_without_tags_has_empty_fields(tmp_path: Path) -> None:
    assert read_metadata(factory.write(tmp_path / "a.wav", factory.tone(440, 1))) == Metadata()


def test_a_file_that_is_no_audio_has_empty_fields(tmp_path: Path) -> None:
    file = tmp_path / "a.mp3"
    file.write_bytes(b"no song")
    assert read_metadata(file) == Metadata()
    assert read_metadata(tmp_path / "missing.mp3") == Metadata()


def test_control_marks_are_removed_and_long_names_cut(tmp_path: Path) -> None:
    file = factory.write(tmp_path / "a.mp3", factory.tone(440, 1))
    tags = ID3()
    tags.add(TIT2(encoding=3, text="\u202eEvil\x07 \n name\u2066"))
    tags.add(TPE1(encoding=3, text="x" * 5_000))
    tags.save(file)
    metadata = read_metadata(file)
    assert metadata.title == "Evil name"
    assert metadata.artist == "x" * MAX_LENGTH
