"""Made clips: as loud, as long and as high as they say, and of train clips only."""

from __future__ import annotations

import numpy as np
import pytest

from distillation.clips import Sound, StandinClip, recorded
from distillation.cutting import WANTED
from distillation.labelling import RATE
from distillation.making import OFTEN, SAMPLES, chances, fill, loudness, mixed, varispeed
from ml.config.labels import LABEL_NAMES
from tests.audio_factory import tone


def sine(hertz: float, seconds: float = 29.1, level: float = 0.5) -> Sound:
    return tone(hertz, seconds, RATE, level)[0]


def strength(sound: Sound, hertz: float) -> float:
    """The level of one frequency, on whole seconds of the middle."""
    excerpt = sound[RATE : 21 * RATE]
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(excerpt)) / RATE)
    return float(np.abs((excerpt * turns).mean()))


def test_the_second_is_as_much_quieter_as_it_was_to_be_however_loud_it_was() -> None:
    for level in (0.01, 0.9):
        both = mixed(sine(500), sine(800, level=level), -6.0)
        ratio = strength(both, 800) / strength(both, 500)
        assert 20 * np.log10(ratio) == pytest.approx(-6.0, abs=0.1)


def test_a_sum_is_as_loud_as_its_first_was() -> None:
    both = mixed(sine(500, level=0.1), sine(800, level=0.9), 0.0)
    assert loudness(both) == pytest.approx(float(loudness(sine(500, level=0.1))), rel=0.01)


@pytest.mark.parametrize("factor", [0.84, 1.19])
def test_varispeed_changes_the_pitch_and_keeps_the_length(factor: float) -> None:
    sound = varispeed(sine(500), factor)
    assert len(sound) == SAMPLES
    assert np.abs(np.fft.rfft(sound)).argmax() * RATE / SAMPLES == pytest.approx(
        500 * factor, abs=0.5
    )


def test_a_clip_that_is_too_short_starts_again_without_a_hole() -> None:
    sound = fill(sine(500, seconds=10.0))
    assert len(sound) == SAMPLES
    parts = sound[: len(sound) // RATE * RATE].reshape(-1, RATE // 100)
    assert np.abs(parts).max(1).min() > 0.2


def test_only_recordings_of_train_folders_are_made_use_of() -> None:
    clips = [
        StandinClip(f"{folder}/{kind}.mp3", "", kind, 0.0)
        for folder in "0bcdf"
        for kind in ("recorded", "rendered")
    ]
    used = [clip.path for clip in recorded(clips, held_out=False)]
    assert used == ["0/recorded.mp3", "b/recorded.mp3"]


def test_a_clip_high_in_a_wanted_tag_is_drawn_four_times_as_often() -> None:
    means = np.zeros((100, len(LABEL_NAMES)), np.float32)
    means += np.linspace(0, 0.1, 100, dtype=np.float32)[:, None]
    means[7, WANTED[0]] = 0.9
    likely = chances(means)
    assert likely.sum() == pytest.approx(1)
    assert likely[7] == likely[99] == pytest.approx(OFTEN * likely[0])
