from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ml.audio.reading import SAMPLE_RATE, AudioError, Samples
from ml.descriptors.analysis import analyse_music
from ml.descriptors.excerpts import excerpts, spans
from ml.descriptors.key import KEYS, estimate_key
from ml.descriptors.tempo import estimate_tempo
from tests.audio_factory import tone, write

RNG = np.random.default_rng(7)


def clicks(bpm: float, seconds: float = 20.0) -> Samples:
    """A noise burst on every beat."""
    made = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    for start in np.arange(0, seconds, 60 / bpm):
        part = made[int(start * SAMPLE_RATE) :][:2000]
        part += RNG.normal(size=len(part)) * np.exp(-np.arange(len(part)) / 300) * 0.5
    return made


def cadence(*chords: tuple[int, int, int], seconds: float = 1.0) -> Samples:
    """Triads of semitones above C4, one after another, over and over for 20 seconds."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    waves = []
    for chord in chords:
        notes = [261.63 * 2 ** (step / 12) for step in chord]
        waves.append(sum(np.sin(2 * np.pi * n * k * time) / k**1.5 for n in notes for k in (1, 2)))
    once = 0.1 * np.concatenate(waves)
    return np.resize(once, 20 * SAMPLE_RATE).astype(np.float32)


@pytest.mark.parametrize("bpm", [75, 100, 128, 174])
def test_a_steady_beat_has_its_tempo(bpm: float) -> None:
    tempo = estimate_tempo([clicks(bpm)])
    assert tempo is not None
    assert tempo.bpm == pytest.approx(bpm, rel=0.01)
    assert tempo.confidence > 0.5


def test_noise_keeps_no_beat_worth_believing() -> None:
    tempo = estimate_tempo([RNG.normal(size=20 * SAMPLE_RATE).astype(np.float32) * 0.1])
    assert tempo is None or tempo.confidence < 0.1


def test_a_steady_tone_and_silence_have_no_tempo() -> None:
    time = np.arange(20 * SAMPLE_RATE) / SAMPLE_RATE
    assert estimate_tempo([np.sin(2 * np.pi * 220 * time).astype(np.float32)]) is None
    assert estimate_tempo([np.zeros(20 * SAMPLE_RATE, np.float32)]) is None


def test_a_stretch_of_another_tempo_lowers_the_confidence() -> None:
    same = estimate_tempo([clicks(120), clicks(120)])
    mixed = estimate_tempo([clicks(120), clicks(120), clicks(95)])
    assert same is not None
    assert mixed is not None
    assert mixed.bpm == pytest.approx(120, rel=0.01)
    assert mixed.confidence < same.confidence * 0.8


C, F, G, AM, DM, E = (0, 4, 7), (5, 9, 12), (7, 11, 14), (9, 12, 16), (2, 5, 9), (4, 8, 11)


@pytest.mark.parametrize(
    ("chords", "key"),
    [
        ((C, F, G, C), "C"),
        ((AM, DM, E, AM), "Am"),
        (tuple((a + 6, b + 6, c + 6) for a, b, c in (C, F, G, C)), "F#"),
    ],
)
def test_a_cadence_has_its_key(chords: tuple[tuple[int, int, int], ...], key: str) -> None:
    found = estimate_key([cadence(*chords)])
    assert found is not None
    assert found.name == key
    assert found.confidence > 0.8


def test_silence_has_no_key() -> None:
    assert estimate_key([np.zeros(10 * SAMPLE_RATE, np.float32)]) is None


@pytest.mark.slow
def test_stretches_in_other_keys_lower_the_confidence() -> None:
    up = tuple((a + 3, b + 3, c + 3) for a, b, c in (C, F, G, C))
    same = estimate_key([cadence(C, F, G, C)] * 2)
    mixed = estimate_key([cadence(C, F, G, C)] * 2 + [cadence(*up)])
    assert same is not None
    assert mixed is not None
    assert mixed.confidence < same.confidence


def test_every_key_has_a_name_of_its_own() -> None:
    assert len(set(KEYS)) == 24


def test_a_short_track_is_taken_whole() -> None:
    assert spans(70.0) == [(0, 661_500), (661_500, 1_323_000), (1_323_000, 1_543_500)]
    assert spans(62.0) == [(0, 661_500), (661_500, 1_323_000)]
    assert spans(4.0) == []


def test_a_long_mix_is_heard_in_a_few_places_and_no_further_than_needed() -> None:
    hour, asked = np.zeros(SAMPLE_RATE * 60, np.float32), []

    def blocks() -> Iterator[Samples]:
        for minute in range(120):
            asked.append(minute)
            yield hour + minute

    parts = excerpts(blocks(), 7200.0)
    assert [len(part) / SAMPLE_RATE for part in parts] == pytest.approx([30.0] * 4)
    assert [float(np.median(part)) for part in parts] == pytest.approx([15, 45, 75, 105], abs=1)
    assert asked[-1] == 105


def test_a_file_is_measured_and_its_progress_told(tmp_path: Path) -> None:
    sound = (clicks(120) + cadence(C, F, G, C))[None, :]
    told: list[str] = []
    music = analyse_music(
        write(tmp_path / "song.flac", sound, SAMPLE_RATE),
        20.0,
        report=lambda stage, seconds: told.append(stage),
    )
    assert music.tempo is not None
    assert music.key is not None
    assert (round(music.tempo.bpm), music.key.name) == (120, "C")
    assert list(dict.fromkeys(told)) == ["decoding", "tempo", "key", "loudness"]


def test_a_moment_of_sound_has_neither(tmp_path: Path) -> None:
    path = write(tmp_path / "tick.wav", tone(440, 0.2))
    music = analyse_music(path, 0.2, report=lambda stage, seconds: None)
    assert (music.tempo, music.key) == (None, None)


def test_a_file_that_cannot_be_heard_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.mp3"
    path.write_text("milk and bread")
    with pytest.raises(AudioError):
        analyse_music(path, 10.0, report=lambda stage, seconds: None)
