"""The changes of sound do what their names say, and nothing else."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from ml.audio.reading import SAMPLE_RATE
from ml.evaluation.robustness import (
    CHANGES,
    band,
    gain,
    stretched,
    transposed,
    white_noise,
)

SECONDS = 4


def tone(hertz: float) -> npt.NDArray[np.float32]:
    time = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def strongest(sound: npt.NDArray[np.float32]) -> float:
    """The strongest frequency, in Hz."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(spectrum.argmax() * SAMPLE_RATE / len(sound))


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_keeps_length_and_type_and_gives_the_same_twice(name: str) -> None:
    sound = tone(440)
    once, twice = CHANGES[name](sound), CHANGES[name](sound)
    assert once.shape == sound.shape
    assert once.dtype == np.float32
    assert np.array_equal(once, twice)


@pytest.mark.parametrize("name", ["mp3 64 kbit/s", "44.1 kHz stereo", "tempo +10 %"])
def test_codecs_rates_and_tempo_leave_the_pitch(name: str) -> None:
    assert strongest(CHANGES[name](tone(440))) == pytest.approx(440, abs=2)


def test_a_semitone_up_is_a_semitone_up() -> None:
    assert strongest(transposed(tone(440), 2 ** (1 / 12))) == pytest.approx(466.2, abs=3)


def test_a_faster_tempo_brings_a_click_forward() -> None:
    sound = tone(440) * 0.01
    sound[44_100] = 1.0
    found = int(np.abs(stretched(sound, 1.1)).argmax())
    assert found == pytest.approx(44_100 / 1.1, abs=800)


def test_gain_and_noise_have_their_levels() -> None:
    sound = tone(440)
    assert gain(sound, -20.0).std() == pytest.approx(sound.std() / 10, rel=1e-4)
    noise = white_noise(sound, 20.0) - sound
    assert noise.std() == pytest.approx(sound.std() / 10, rel=0.02)


def test_a_band_keeps_what_is_inside_and_removes_what_is_outside() -> None:
    assert band(tone(1000), 300, 3400).std() == pytest.approx(tone(1000).std(), rel=1e-3)
    assert band(tone(5000), 300, 3400).std() < 1e-4
