"""Voices: who speaks, how a melody is put under the words, how loud over music."""

from __future__ import annotations

import numpy as np
import pytest

from distillation.labelling import RATE
from distillation.pool.melodies import Note
from distillation.pool.singing import contour, stretched, warped
from distillation.pool.sound import levelled, over, room
from distillation.pool.speakers import is_female
from distillation.pool.stems import sung_passage

LINE = [Note(0, 1, [60]), Note(1, 1, [64]), Note(2, 1, []), Note(3, 2, [67])]


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("hz", "female"), [(110, False), (150, None), (210, True), (300, None), (40, None)]
)
def test_pitch_tells_a_woman_from_a_man_or_nothing(hz: float, female: bool | None) -> None:
    assert is_female(hz) is female


def test_a_melody_lies_around_the_singers_middle() -> None:
    hz = contour(LINE, 2000, 330.0, rng())
    assert len(hz) == 2000
    semitones = 12 * np.log2(hz / 330)
    assert abs(float(np.median(semitones))) < 5
    assert semitones.max() - semitones.min() == pytest.approx(7, abs=1)


def test_a_short_melody_begins_again() -> None:
    hz = contour(LINE, 4000, 330.0, rng())
    assert len(hz) == 4000
    assert np.isfinite(hz).all()


def test_voiced_sounds_last_longer_and_others_do_not() -> None:
    voiced = np.array([False] * 10 + [True] * 10)
    order = stretched(voiced, 2.0)
    assert len(order) == 30
    assert (order < 10).sum() == pytest.approx(10, abs=1)
    assert (np.diff(order) >= 0).all()


def test_a_vocal_tract_as_long_is_the_same_person() -> None:
    spectrum = rng().random((5, 33))
    assert np.allclose(warped(spectrum, 1.0), spectrum)
    moved = warped(np.eye(33)[[16]], 1.1)[0]
    assert moved.argmax() < 16


@pytest.mark.parametrize("gain_db", [-6.0, 0.0, 9.0])
def test_a_voice_is_as_much_louder_as_asked(gain_db: float) -> None:
    voice = np.sin(np.arange(RATE) / 10).astype(np.float32)
    music = rng().standard_normal(RATE).astype(np.float32) * 0.01
    rest = over(voice, music, gain_db) - voice
    loud = voice[np.abs(voice) > 0.1]
    found = 20 * np.log10(np.sqrt(np.mean(loud**2)) / np.sqrt(np.mean(rest**2)))
    assert found == pytest.approx(gain_db, abs=0.1)


def test_levels_vary_between_full_scale_and_18_db_below() -> None:
    draw = rng()
    peaks = [float(np.abs(levelled(np.ones(9, np.float32), draw)).max()) for _ in range(200)]
    assert 0.12 < min(peaks) < 0.2
    assert 0.9 < max(peaks) <= 1


def test_a_room_lets_sound_die_away_but_not_grow() -> None:
    sound = np.zeros(RATE, np.float32)
    sound[100] = 1.0
    wet = room(sound, rng())
    assert len(wet) == RATE
    assert np.abs(wet[200:]).max() > 0
    assert np.abs(wet[-RATE // 10 :]).max() < np.abs(wet[101:5000]).max()


def test_a_passage_is_where_someone_sings() -> None:
    track = np.zeros(60 * RATE, np.float32)
    track[30 * RATE : 50 * RATE] = rng().standard_normal(20 * RATE) * 0.1
    found = sung_passage(track, rng())
    assert found is not None
    assert (np.abs(found) > 0).mean() > 0.6


def test_where_nobody_sings_for_long_there_is_none() -> None:
    track = np.zeros(60 * RATE, np.float32)
    track[30 * RATE : 33 * RATE] = 0.1
    assert sung_passage(track, rng()) is None
