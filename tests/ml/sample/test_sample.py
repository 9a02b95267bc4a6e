from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ml.audio.reading import probe, read
from ml.descriptors.key import estimate_key
from ml.descriptors.tempo import estimate_tempo
from ml.sample.instruments import RATE
from ml.sample.score import BPM
from ml.sample.song import SECONDS, mixed, write_sample


@pytest.fixture(scope="module")
def mix() -> NDArray[np.float32]:
    return mixed()


def test_it_is_a_minute_in_stereo_that_neither_clips_nor_breaks_off(
    mix: NDArray[np.float32],
) -> None:
    assert mix.shape == (2, round(SECONDS * RATE))
    assert 0.5 < np.abs(mix).max() <= 0.9
    assert np.abs(mix[:, -10:]).max() < 0.001
    assert np.abs(mix[0] - mix[1]).max() > 0.05


def test_no_second_is_silent_and_its_parts_differ(mix: NDArray[np.float32]) -> None:
    seconds = mix[:, : 58 * RATE].reshape(2, 58, RATE)
    assert np.sqrt((seconds**2).mean(axis=(0, 2))).min() > 0.005
    bright = [
        np.abs(np.diff(mix[0, start * RATE : (start + 10) * RATE])).mean() for start in (2, 32)
    ]
    assert bright[1] > 2 * bright[0]


def test_it_is_the_same_each_time(mix: NDArray[np.float32]) -> None:
    assert (mixed() == mix).all()


@pytest.mark.slow
def test_it_has_the_tempo_and_the_key_it_is_written_in(tmp_path: Path) -> None:
    path = tmp_path / "sample.flac"
    write_sample(path)
    assert (probe(path).codec, probe(path).channels) == ("flac", 2)
    sound = read(path)
    tempo, key = estimate_tempo([sound]), estimate_key([sound])
    assert tempo is not None
    assert tempo.bpm == pytest.approx(BPM, rel=0.01)
    assert key is not None
    assert key.name in ("Am", "C")
