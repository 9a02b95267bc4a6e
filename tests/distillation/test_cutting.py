"""Clips of one song keep their distance, and no package gives too many."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from distillation.clips import NewClip, StandinClip
from distillation.cutting import LENGTH_S, MOST, WANTED, Plan, cut, free_offset
from distillation.labelling import RATE
from distillation.songs import Song
from ml.config.labels import LABEL_NAMES
from tests.audio_factory import tone, write

LONG = Song("ufoai-music", "ufoai-music/Alien Theme.ogg", 300.0)
SHORT = Song("pingus-data", "pingus-data/short.it", 35.0)


def plan(*clips: StandinClip) -> Plan:
    return Plan([LONG, SHORT], list(clips), np.ones(len(WANTED), np.float32))


def clip(start: float, score: float = 0.5) -> NewClip:
    scores = np.full((10, len(LABEL_NAMES)), score, np.float32)
    return NewClip("a.mp3", "", "recorded", scores, offset_s=start)


def test_clips_of_a_song_keep_their_distance_until_there_is_no_room() -> None:
    rng = np.random.default_rng(0)
    used: list[float] = []
    while (start := free_offset(300.0, used, 2.0, rng)) is not None:
        used.append(start)
    assert len(used) > 4
    assert min(used) >= 0
    assert max(used) <= 300.0 - LENGTH_S
    assert min(b - a for a, b in pairwise(sorted(used))) >= LENGTH_S + 2.0 - 0.1


def test_what_the_stand_in_has_cut_already_is_not_cut_again() -> None:
    path = "0/ufoai_music-alien_theme-100-129.mp3"
    known = plan(StandinClip(path, "ufoai-music", "recorded", 100.0))
    assert known.used == {LONG: [100.0], SHORT: []}
    starts = [known.offset(LONG) for _ in range(50)]
    assert all(start is not None and abs(start - 100) >= LENGTH_S for start in starts)


def test_a_short_song_gives_one_clip_even_where_the_stand_in_has_one() -> None:
    known = plan(StandinClip("0/pingus_data-short-0-29.mp3", "pingus-data", "recorded", 0.0))
    assert known.offset(SHORT) is None
    elsewhere = SHORT._replace(seconds=45.0)
    known.used[elsewhere] = [0.0]
    start = known.offset(elsewhere)
    assert start is not None
    assert start >= 10.0 - 0.1
    known.note(elsewhere, clip(start))
    assert known.offset(elsewhere) is None


def test_a_package_gives_only_so_many() -> None:
    known = plan()
    for _ in range(MOST["new"]):
        known.note(SHORT, clip(-1000.0))
    assert known.offset(SHORT) is None
    assert known.offset(LONG) is not None


def test_every_song_is_cut_once_before_the_best_are_cut_again() -> None:
    songs = [LONG._replace(path=f"{k}.ogg") for k in range(9)]
    made = Plan(songs, [], np.ones(len(WANTED), np.float32))
    order = made.order()
    first = [next(order) for _ in songs]
    assert set(first) == set(songs)
    assert first != songs
    for k, song in enumerate(songs):
        made.note(song, clip(0.0, score=k / 10))
    assert [next(order) for _ in range(3)] == songs[:5:-1]
    assert made.worth[songs[8]] == pytest.approx(3 * 0.8)


def test_no_clip_is_written_over_another(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_text("there already")
    song = write(tmp_path / "song.wav", tone(440, 40.0, RATE), RATE)
    assert not cut(song, 3.0, tmp_path / "a.mp3")
    assert (tmp_path / "a.mp3").read_text() == "there already"
