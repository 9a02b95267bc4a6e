"""Fields written into real files: found by another program, and everything else to the byte."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import mutagen
import pytest
from mutagen import id3
from mutagen.flac import FLAC, Picture

from ml.audio import Field, TagsUnsupported, edit_fields, examine, read_fields
from tests import audio_factory as factory

from .test_cover import add_picture, picture

CHANGES = {
    Field.GENRE: ("rock", "folk"),
    Field.MOOD: ("quiet",),
    Field.GROUPING: ("guitar; rock",),
    Field.COMMENT: ("heard by Tonemark",),
    Field.TONEMARK: ("guitar", "rock"),
    Field.BPM: ("118",),
    Field.KEY: ("F#m",),
}
FREE = "----:com.apple.iTunes:"


@pytest.fixture(params=["mp3", "flac", "ogg", "m4a"])
def song(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    said = {"title": "Blue hour", "artist": "Mira", "genre": "Old", "comment": "mine"}
    path = factory.write(tmp_path / f"a.{request.param}", factory.tone(440, 2), metadata=said)
    add_picture(path, picture("red"))
    return path


def edited(path: Path, changes: Any = CHANGES) -> Any:
    with path.open("r+b", buffering=0) as file:
        return edit_fields(file, changes)


def fields(path: Path) -> Any:
    with path.open("rb", buffering=0) as file:
        return read_fields(file)


def test_each_field_is_read_as_it_was_written(song: Path) -> None:
    before = edited(song)
    assert before[Field.GENRE] == ("Old",)
    assert before[Field.KEY] == ()
    assert fields(song) == CHANGES


def test_mutagen_finds_them_where_players_look(song: Path) -> None:
    edited(song)
    tags: Any = mutagen.File(song).tags
    if song.suffix == ".mp3":
        found = [tags["TCON"].text, tags["TBPM"].text, tags["TKEY"].text, tags["TMOO"].text]
        assert tags["TXXX:TONEMARK_TAGS"].text == ["guitar", "rock"]
        assert tags.getall("COMM:")[0].text == ["heard by Tonemark"]
    elif song.suffix == ".m4a":
        key, mood = tags[f"{FREE}initialkey"], tags[f"{FREE}MOOD"]
        found = [tags["\xa9gen"], [str(tags["tmpo"][0])]]
        found += [[bytes(key[0]).decode()], [bytes(mood[0]).decode()]]
    else:
        found = [tags["GENRE"], tags["BPM"], tags["INITIALKEY"], tags["MOOD"]]
    assert found == [["rock", "folk"], ["118"], ["F#m"], ["quiet"]]


def test_ffmpegs_reader_finds_them_and_the_other_words_as_they_were(song: Path) -> None:
    """What ffprobe shows: libavformat, which knows nothing of the library that wrote them."""
    before = demuxed(song)
    edited(song)
    found = demuxed(song)
    assert found["genre"].startswith("rock"), "it shows the first of several, or all"
    assert "guitar" in found["tonemark_tags"]
    assert (found["title"], found["artist"]) == (before["title"], before["artist"])
    assert (before["title"], before["artist"]) == ("Blue hour", "Mira")


def demuxed(path: Path) -> dict[str, str]:
    with av.open(path) as container:
        said = {**container.metadata, **container.streams.audio[0].metadata}
    return {name.lower(): value for name, value in said.items()}


def test_the_sound_the_cover_and_the_other_words_stay(song: Path) -> None:
    before, cover = examine(song), covers(song)
    edited(song)
    after = examine(song)
    as_before = replace(after.metadata, genre=before.metadata.genre)
    assert replace(after, metadata=as_before) == before
    assert covers(song) == cover != []


def covers(path: Path) -> list[bytes]:
    file: Any = mutagen.File(path)
    if path.suffix == ".mp3":
        return [frame.data for frame in file.tags.getall("APIC")]
    if path.suffix == ".m4a":
        return [bytes(one) for one in file.tags["covr"]]
    if path.suffix == ".flac":
        return [one.data for one in file.pictures]
    return [value.encode() for value in file["metadata_block_picture"]]


def test_what_is_taken_back_is_as_it_was(song: Path) -> None:
    known = fields(song)
    before = edited(song)
    edited(song, {field: before[field] for field in CHANGES})
    assert fields(song) == known


def frames(path: Path) -> list[tuple[str, str]]:
    """Of an ID3 tag, each frame's bytes (hashed), by a reader of its own."""
    content = path.read_bytes()
    size = sum((content[6 + index] & 0x7F) << shift for index, shift in enumerate((21, 14, 7, 0)))
    found, at = [], 10
    while at < 10 + size and content[at]:
        raw = content[at + 4 : at + 8]
        length = int.from_bytes(raw, "big")
        if content[3] == 4:
            length = sum(byte << shift for byte, shift in zip(raw, (21, 14, 7, 0), strict=True))
        name = content[at : at + 4].decode()
        found.append((name, hashlib.sha256(content[at : at + 10 + length]).hexdigest()))
        at += 10 + length
    return found


@pytest.mark.parametrize("version", [3, 4])
def test_every_other_id3_frame_stays_to_the_byte_and_so_does_the_version(
    version: int, tmp_path: Path
) -> None:
    path = factory.write(tmp_path / "a.mp3", factory.tone(440, 1))
    tags = id3.ID3()
    tags.add(id3.TIT2(encoding=1, text="Ünï"))
    tags.add(id3.TXXX(encoding=1, desc="replaygain_track_gain", text="-3 dB"))
    tags.add(id3.COMM(encoding=0, lang="eng", desc="iTunNORM", text=" 000"))
    tags.add(id3.PRIV(owner="somebody", data=b"\xff\x00\xff\xe0" * 50))
    tags.add(id3.TCON(encoding=0, text="Old"))
    tags.save(path, v2_version=version)
    others = [frame for frame in frames(path) if frame[0] != "TCON"]
    edited(path, {Field.GENRE: ("rock",), Field.COMMENT: ("said",), Field.MOOD: ("calm",)})
    assert path.read_bytes()[3] == version
    assert [frame for frame in frames(path) if frame in others] == others
    mood = "TXXX" if version == 3 else "TMOO"
    assert sorted(name for name, _ in frames(path) if (name, _) not in others) == sorted(
        ["COMM", "TCON", mood]
    )
    assert fields(path)[Field.MOOD] == ("calm",)
    edited(path, {Field.GENRE: ("Old",), Field.COMMENT: (), Field.MOOD: ()})
    assert [frame for frame in frames(path) if frame in others] == others
    assert len(frames(path)) == len(others) + 1


def test_a_tag_that_was_not_there_is_made(tmp_path: Path) -> None:
    path = factory.write(tmp_path / "a.mp3", factory.tone(440, 1))
    content = path.read_bytes()
    size = 10 + sum((content[6 + i] & 0x7F) << shift for i, shift in enumerate((21, 14, 7, 0)))
    path.write_bytes(content[size:])
    before = examine(path).audio_sha256
    edited(path, {Field.TONEMARK: ("guitar",)})
    assert fields(path)[Field.TONEMARK] == ("guitar",)
    assert examine(path).audio_sha256 == before


def test_other_blocks_of_a_flac_stay_to_the_byte(tmp_path: Path) -> None:
    path = factory.write(tmp_path / "a.flac", factory.tone(440, 1))
    file = FLAC(path)
    block = Picture()
    block.data, block.mime, block.type = b"no real picture", "image/x-odd", 17
    file.add_picture(block)
    file["odd key"] = ["a", "b"]
    file.save()
    edited(path, {Field.KEY: ("Am",)})
    after = FLAC(path)
    assert after.pictures[0].write() == block.write()
    assert after["odd key"] == ["a", "b"]


def test_an_id3_that_nobody_writes_is_refused(tmp_path: Path) -> None:
    path = factory.write(tmp_path / "a.mp3", factory.tone(440, 1), metadata={"title": "x"})
    content = bytearray(path.read_bytes())
    content[12] = 1  # in the name of the first frame
    path.write_bytes(content)
    with pytest.raises(TagsUnsupported, match="unusual"):
        edited(path)


@pytest.mark.parametrize("suffix", ["wav", "aiff", "wma"])
def test_containers_without_a_place_are_refused(suffix: str, tmp_path: Path) -> None:
    path = factory.write(tmp_path / f"a.{suffix}", factory.tone(440, 1))
    with pytest.raises(TagsUnsupported, match="MP3"):
        fields(path)
