"""What files say of themselves, in all the ways that programs have found to write it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from mutagen.apev2 import APEv2
from mutagen.flac import FLAC
from mutagen.id3 import ID3, TCON, TIT2, TPE1, Encoding

from ml.audio.probe import Metadata, examine
from ml.audio.reading import blocks
from ml.audio.write_tags import TrackMetadata, write_metadata
from tests.audio_factory import music


@pytest.fixture
def mp3(tmp_path: Path) -> Path:
    return encoded(tmp_path / "song.mp3", "mp3", "libmp3lame", "fltp")


@pytest.fixture
def flac(tmp_path: Path) -> Path:
    return encoded(tmp_path / "song.flac", "flac", "flac", "s16")


def encoded(path: Path, muxer: str, encoder: str, sample_format: str) -> Path:
    rate = 22_050
    wave = np.ascontiguousarray(music(1.0, rate, channels=1))
    with av.open(str(path), "w", format=muxer, options={"write_id3v2": "0"}) as container:
        stream = cast(AudioStream, container.add_stream(encoder, rate=rate))
        stream.codec_context.layout, stream.codec_context.format = "mono", sample_format
        for start in range(0, rate, 1000):
            frame = av.AudioFrame.from_ndarray(wave[:, start : start + 1000], "fltp", "mono")
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def id3(path: Path, *frames: object, version: int = 4) -> Path:
    tags = ID3()
    for frame in frames:
        tags.add(frame)
    tags.save(path, v2_version=version)
    return path


def test_all_artists_of_a_file_are_read(mp3: Path, flac: Path) -> None:
    both = ["Queen", "David Bowie"]
    id3(mp3, TPE1(encoding=Encoding.UTF8, text=both))
    song = FLAC(flac)
    song["artist"] = both
    song.save()
    for path in (mp3, flac):
        assert examine(path).metadata.artist == "Queen; David Bowie"


def test_a_copy_keeps_every_value_that_nobody_changed(mp3: Path) -> None:
    artists = TPE1(encoding=Encoding.UTF8, text=["Queen", "David Bowie"])
    id3(mp3, artists, TCON(encoding=Encoding.UTF8, text=["Rock", "Pop"]))
    write_metadata(mp3, TrackMetadata(tags=("rock",)))
    assert ID3(mp3)["TPE1"].text == ["Queen", "David Bowie"]
    assert ID3(mp3)["TCON"].text == ["Rock", "Pop"]


@pytest.mark.parametrize(
    ("meant", "declared"),
    [
        ("Группа крови", "cp1251"),
        ("Кино – «Звезда»", "cp1251"),
        ("Élégie", "latin-1"),
        ("Über alle Gipfel", "latin-1"),
        ("Ça ira", "latin-1"),
        ("Ö", "latin-1"),
        ("Sigur Rós", "latin-1"),
        ("äöü", "latin-1"),
    ],
)
def test_letters_are_read_as_they_were_meant(mp3: Path, meant: str, declared: str) -> None:
    seen = meant.encode(declared).decode("latin-1")
    id3(mp3, TIT2(encoding=Encoding.LATIN1, text=[seen]))
    assert examine(mp3).metadata.title == meant


def test_ape_items_of_an_mp3_are_read(mp3: Path) -> None:
    items = APEv2()
    items["Title"], items["Artist"] = "Blue hour", ["Mira", "Ana"]
    items.save(mp3)
    assert examine(mp3).metadata == Metadata(title="Blue hour", artist="Mira; Ana")


def test_an_info_chunk_of_windows_is_read_in_its_code_page(tmp_path: Path) -> None:
    title = "Étude".encode("cp1252") + b"\0"
    info = b"INFO" + b"INAM" + struct.pack("<I", len(title)) + title
    form = struct.pack("<HHIIHH", 1, 1, 11_025, 22_050, 2, 16)
    sound = (music(1.0, 11_025, channels=1)[0] * 20_000).astype("<i2").tobytes()
    chunks = b"".join(
        name + struct.pack("<I", len(data)) + data
        for name, data in ((b"LIST", info), (b"fmt ", form), (b"data", sound))
    )
    path = tmp_path / "chunks.wav"
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    assert examine(path).metadata.title == "Étude"


def test_what_a_file_is_called_does_not_decide_what_it_is(mp3: Path) -> None:
    id3(mp3, TIT2(encoding=Encoding.UTF8, text=["Really MP3"]))
    renamed = mp3.rename(mp3.with_suffix(".flac"))
    assert examine(renamed).metadata.title == "Really MP3"
    write_metadata(renamed, TrackMetadata(title="Still MP3"))
    assert ID3(renamed)["TIT2"].text == ["Still MP3"]
    assert examine(renamed).info.codec == "mp3"


def test_blanks_and_joiners_of_a_title_stay_and_what_turns_it_round_goes(flac: Path) -> None:
    song = FLAC(flac)
    song["title"] = "\u3000夜\u3000曲\xa0\u202e2\u200c\x07 b  c"
    song.save()
    assert examine(flac).metadata.title == "夜\u3000曲\xa02\u200c b c"


@pytest.mark.parametrize("kind", ["<i2", "u1"])
def test_channels_that_cancel_each_other_are_heard_all_the_same(tmp_path: Path, kind: str) -> None:
    wave = music(2.0, 22_050, channels=1)[0] * 0.5
    both = np.stack([wave, -wave], axis=1)
    width = np.dtype(kind).itemsize
    data = (both * 30_000 if width == 2 else both * 120 + 128).round().astype(kind).tobytes()
    form = struct.pack("<HHIIHH", 1, 2, 22_050, 22_050 * 2 * width, 2 * width, 8 * width)
    path = tmp_path / "antiphase.wav"
    body = b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WAVE" + body)
    heard = np.concatenate(list(blocks(path)))
    assert np.sqrt(np.square(heard).mean()) > 0.5 * np.sqrt(np.square(wave).mean())


def test_all_genres_of_a_file_are_read_also_those_that_are_numbers(mp3: Path, flac: Path) -> None:
    id3(mp3, TCON(encoding=Encoding.UTF8, text=["Shoegaze", "17", "(8)"]))
    song = FLAC(flac)
    song["genre"] = ["Vocal Jazz", "Swing"]
    song.save()
    assert examine(mp3).metadata.genre == "Shoegaze; Rock; Jazz"
    assert examine(flac).metadata.genre == "Vocal Jazz; Swing"
