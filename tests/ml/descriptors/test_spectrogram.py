from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from ml.audio.reading import SAMPLE_RATE, Samples
from ml.descriptors.spectrogram import BANDS, WIDTH, mel_spectrogram, png


def sine(hertz: float, seconds: float) -> Samples:
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def blocks(sound: Samples, size: int = 30_011) -> list[Samples]:
    return [sound[start : start + size] for start in range(0, len(sound), size)]


def test_low_tones_are_at_the_foot_and_later_ones_at_the_right() -> None:
    picture = mel_spectrogram(blocks(np.concatenate([sine(100, 4), sine(4000, 4)])), 8.0)
    columns = picture.shape[1]
    low, high = picture[:, columns // 4], picture[:, 3 * columns // 4]
    assert low.argmax() > BANDS * 0.8
    assert high.argmax() < BANDS * 0.4
    assert picture.max() == 255


def test_how_the_stream_is_cut_makes_no_difference() -> None:
    sound = sine(440, 6)
    assert (mel_spectrogram(blocks(sound), 6.0) == mel_spectrogram(blocks(sound, 500), 6.0)).all()


@pytest.mark.parametrize("seconds", [0.01, 0.5, 300.0])
def test_every_length_has_a_picture_without_gaps(seconds: float) -> None:
    picture = mel_spectrogram(blocks(sine(440, seconds)), seconds)
    assert picture.shape[0] == BANDS
    assert 1 <= picture.shape[1] <= WIDTH
    assert (picture.max(axis=0) > 0).all()


def test_silence_is_black() -> None:
    assert not mel_spectrogram(blocks(np.zeros(SAMPLE_RATE, np.float32)), 1.0).any()


def test_the_file_is_a_picture_in_grey() -> None:
    made = Image.open(io.BytesIO(png(mel_spectrogram(blocks(sine(440, 3)), 3.0))))
    assert (made.format, made.mode, made.height) == ("PNG", "L", BANDS)
