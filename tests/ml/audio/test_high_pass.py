"""An offset of the zero line and rumble are taken away; what can be heard stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.audio.decoder.high_pass import HighPass
from ml.audio.reading import SAMPLE_RATE, read
from tests import audio_factory as factory

SECOND = SAMPLE_RATE


def through(sound: np.ndarray, block: int = 1000) -> np.ndarray:
    high_pass = HighPass()
    parts = [high_pass.push(sound[k : k + block]) for k in range(0, len(sound), block)]
    return np.concatenate(parts)


def sine(hertz: float, seconds: float = 2.0) -> np.ndarray:
    time = np.arange(int(seconds * SECOND)) / SECOND
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def level(sound: np.ndarray) -> float:
    """Of the second half, where the filter has settled."""
    return float(np.sqrt(np.mean(sound[len(sound) // 2 :] ** 2)))


def test_a_file_with_an_offset_sounds_as_without(tmp_path: Path) -> None:
    music = 0.5 * factory.music(4.0)
    plain, offset = (
        read(factory.write(tmp_path / f"{name}.wav", np.clip(music + shift, -1, 1)))
        for name, shift in (("plain", 0.0), ("offset", 0.3))
    )
    inner = slice(SECOND // 2, 3 * SECOND)
    np.testing.assert_allclose(offset[inner], plain[inner], atol=2e-4)
    assert abs(float(offset[inner].mean())) < 1e-3


@pytest.mark.parametrize(("hertz", "kept"), [(5, 0.08), (20, 0.71), (60, 1.0), (440, 1.0)])
def test_rumble_goes_and_tones_stay(hertz: float, kept: float) -> None:
    sound = sine(hertz)
    assert level(through(sound)) / level(sound) == pytest.approx(kept, abs=0.02)


def test_how_it_is_cut_into_blocks_changes_nothing() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, 3 * SECOND).astype(np.float32)
    np.testing.assert_allclose(through(noise, 700), through(noise, 44_100), atol=1e-7)
    assert len(through(noise, 700)) == len(noise)


def test_silence_stays_silent() -> None:
    assert not through(np.zeros(SECOND, np.float32)).any()
