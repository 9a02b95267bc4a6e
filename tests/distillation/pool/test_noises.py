"""No music: what is made, and what is left out of recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from distillation.pool.noises import altered, is_noise, scene, silence
from distillation.pool.store import encode
from distillation.pool.textures import MADE, SAMPLES


@pytest.mark.parametrize("kind", MADE)
def test_every_noise_is_as_long_as_a_clip_and_heard(kind: str) -> None:
    for seed in range(3):
        sound = MADE[kind](np.random.default_rng(seed))
        assert sound.shape == (SAMPLES,)
        assert np.isfinite(sound).all()
        assert 0.5 < np.abs(sound).max() < 1.2


def test_silence_is_not_heard() -> None:
    for seed in range(9):
        sound = silence(np.random.default_rng(seed))
        assert sound.shape == (SAMPLES,)
        assert np.sqrt(np.mean(sound**2)) <= 1e-3


@pytest.mark.parametrize(
    ("name", "noise"),
    [("rain.ogg", True), ("dog.wav", True), ("dog_desc_fr.ogg", False),
     ("victory-2.ogg", False), ("churchbell.ogg", False), ("readme.txt", False)],
)  # fmt: skip
def test_music_and_speech_are_no_noise(name: str, noise: bool) -> None:
    assert is_noise(Path(name)) is noise


def test_a_scene_fills_the_clip_with_its_recordings(tmp_path: Path) -> None:
    sound = np.asarray(np.random.default_rng(0).standard_normal(8000) / 9, np.float32)
    encode(sound, tmp_path / "a.ogg")
    (tmp_path / "b.ogg").write_text("no sound")
    sounds = [
        scene([tmp_path / "a.ogg", tmp_path / "b.ogg"], np.random.default_rng(k)) for k in range(8)
    ]
    assert {len(sound) for sound in sounds} == {SAMPLES}
    assert sum(np.abs(sound).max() > 0.1 for sound in sounds) >= 4


def test_an_altered_sound_is_another_of_the_same_length() -> None:
    sound = np.asarray(np.random.default_rng(0).standard_normal(SAMPLES) / 9, np.float32)
    for seed in range(8):
        made = altered(sound, np.random.default_rng(seed))
        assert made.shape == sound.shape
        assert made.dtype == np.float32
        assert np.isfinite(made).all()
        assert not np.allclose(made, sound, atol=0.01)
