from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import mutagen
import pytest
from mutagen import id3
from mutagen.mp4 import MP4FreeForm

from ml.audio.probe import examine
from ml.audio.write_tags import TagsUnsupported, TrackMetadata, write_metadata
from tests.audio_factory import music, write

FREE = "----:com.apple.itunes:"
METADATA = TrackMetadata(
    title="Blaue Stunde",
    artist="Mira",
    album="Nächte",
    tags=("guitar", "rock", "quiet"),
    genres=("rock",),
    moods=("quiet",),
    bpm=117.5,
    key="F#m",
)


@pytest.fixture(params=["mp3", "flac", "ogg", "m4a"])
def song(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write(tmp_path / f"song.{request.param}", music(2.0), metadata={"comment": "keep me"})


def values(path: Path) -> dict[str, list[str]]:
    tags = mutagen.File(path).tags
    found = {}
    for key in tags.keys():  # noqa: SIM118  Vorbis comments iterate over pairs
        value = tags[key]
        texts = getattr(value, "text", value if isinstance(value, list) else [value])
        found[key.lower()] = [
            text.decode() if isinstance(text, bytes) else str(text) for text in texts
        ]
    return found


def test_every_tag_is_a_value_of_its_own(song: Path) -> None:
    write_metadata(song, METADATA)
    own = next(found for key, found in values(song).items() if key.endswith("tonemark_tags"))
    assert own == ["guitar", "rock", "quiet"]


def test_words_stand_where_players_look_for_them(song: Path) -> None:
    write_metadata(song, METADATA)
    assert examine(song).metadata.title == "Blaue Stunde"
    assert (examine(song).metadata.artist, examine(song).metadata.album) == ("Mira", "Nächte")
    assert told(song) == [["rock"], ["quiet"], ["guitar; rock; quiet"], ["118"], ["F#m"]]


def test_the_sound_and_what_else_the_file_says_stay(song: Path) -> None:
    before = examine(song).audio_sha256
    write_metadata(song, METADATA)
    assert examine(song).audio_sha256 == before
    assert any("keep me" in found for found in values(song).values())


def test_what_is_not_known_is_left_alone(song: Path) -> None:
    write_metadata(song, METADATA)
    write_metadata(song, TrackMetadata(title="Blue hour"))
    every = values(song)
    assert ["rock"] in every.values()
    assert examine(song).metadata.title == "Blue hour"


PLACES = {
    ".mp3": ("tcon", "tmoo", "tit1", "tbpm", "tkey"),
    ".m4a": ("\xa9gen", f"{FREE}mood", "\xa9grp", "tmpo", f"{FREE}initialkey"),
}
COMMENTS = ("genre", "mood", "grouping", "bpm", "initialkey")


def told(song: Path) -> list[list[str]]:
    every = values(song)
    return [every.get(place, []) for place in PLACES.get(song.suffix, COMMENTS)]


def say(song: Path, *said: list[str]) -> None:
    """What the file says itself, as other programs write it."""
    file: Any = mutagen.File(song)
    if file.tags is None:
        file.add_tags()
    for place, texts in zip(PLACES.get(song.suffix, COMMENTS), said, strict=True):
        if song.suffix == ".mp3":
            frame = getattr(id3, place.upper())
            file.tags.add(frame(encoding=id3.Encoding.UTF8, text=texts))
        elif place == "tmpo":
            file.tags[place] = [int(texts[0])]
        elif place.startswith("----"):
            own = f"----:com.apple.iTunes:{place.removeprefix(FREE)}"
            file.tags[own] = [MP4FreeForm(text.encode()) for text in texts]
        else:
            file.tags[place] = texts
    file.save()


def test_what_the_file_says_itself_stays_and_ours_comes_behind_it(song: Path) -> None:
    say(song, ["Shoegaze", "Rock"], ["Calm"], ["Evening"], ["95"], ["Am"])
    write_metadata(song, METADATA)
    assert told(song) == [
        ["Shoegaze", "Rock"],
        ["Calm", "quiet"],
        ["Evening", "guitar; rock; quiet"],
        ["95"],
        ["Am"],
    ]


def test_a_second_copy_of_a_copy_says_everything_once(song: Path) -> None:
    write_metadata(song, METADATA)
    write_metadata(song, replace(METADATA, tags=("guitar",)))
    assert told(song)[:3] == [["rock"], ["quiet"], ["guitar"]]


def test_a_genre_that_somebody_rejected_is_taken_out(song: Path) -> None:
    say(song, ["Rock", "Jazz"], ["quiet"], ["Evening"], ["0"], ["Am"])
    write_metadata(song, TrackMetadata(bpm=120.0, unwanted=("rock", "quiet")))
    assert told(song) == [["Jazz"], [], ["Evening"], ["120"], ["Am"]]


@pytest.mark.parametrize("suffix", ["wav", "aiff", "wma"])
def test_other_containers_are_refused_with_a_way_out(suffix: str, tmp_path: Path) -> None:
    path = write(tmp_path / f"song.{suffix}", music(1.0))
    before = path.read_bytes()
    with pytest.raises(TagsUnsupported, match="CSV or JSON"):
        write_metadata(path, METADATA)
    assert path.read_bytes() == before


def test_what_is_no_audio_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_text("milk and bread")
    with pytest.raises(TagsUnsupported):
        write_metadata(path, METADATA)
