"""Augmentations: drawn once, applied alike, and each doing what it says."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
import torch

from ml.config.network import ConfigError
from ml.config.recipe import AugmentationSettings, recipe_from_dict
from ml.data.augmentation import Draw, apply, draw
from ml.data.heavy_augmentation import check_available

SETTINGS = {
    "polarity": AugmentationSettings(polarity=1.0),
    "gain": AugmentationSettings(gain=1.0),
    "filter": AugmentationSettings(filter=1.0),
    "noise": AugmentationSettings(noise=1.0),
    "mixup": AugmentationSettings(mixup=1.0),
    "reverberation": AugmentationSettings(reverberation=1.0),
}


def batch(size: int = 8, samples: int = 4410) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = 0.1 * torch.randn((size, samples), generator=generator)
    return x, torch.rand((size, 3), generator=generator)


def drawn(settings: AugmentationSettings, size: int = 8) -> Draw:
    return draw(settings, size, np.random.default_rng(0))


def only(change: Draw, row: int) -> Draw:
    """The draw of one row alone."""
    values = {field.name: getattr(change, field.name) for field in fields(Draw)}
    arrays = {k: v[row : row + 1] for k, v in values.items() if isinstance(v, np.ndarray)}
    return replace(change, **(arrays | {"partner": np.array([0])}))


@pytest.mark.parametrize("name", SETTINGS)
def test_the_same_draw_applied_twice_gives_the_same_sound(name: str) -> None:
    x, y = batch()
    change = drawn(SETTINGS[name])
    once, twice = apply(x, y, change), apply(x, y, change)
    assert torch.equal(once[0], twice[0])
    assert torch.equal(once[1], twice[1])
    assert not torch.equal(once[0], x)


@pytest.mark.parametrize("name", ["polarity", "gain", "filter"])
def test_a_batch_is_changed_as_its_sounds_one_by_one(name: str) -> None:
    x, y = batch()
    change = drawn(SETTINGS[name])
    whole, _ = apply(x, y, change)
    for row in range(len(x)):
        alone, _ = apply(x[row : row + 1], y[row : row + 1], only(change, row))
        assert torch.allclose(whole[row], alone[0], atol=1e-6)


def test_without_chances_the_sound_stays_as_it_is() -> None:
    x, y = batch()
    changed, targets = apply(x, y, drawn(AugmentationSettings()))
    assert torch.equal(changed, x)
    assert torch.equal(targets, y)


def test_polarity_only_turns_signs_and_gain_stays_in_its_range() -> None:
    assert set(drawn(SETTINGS["polarity"], 64).gain.tolist()) == {-1.0, 1.0}
    decibels = 20 * np.log10(drawn(SETTINGS["gain"], 256).gain)
    assert decibels.min() >= -14
    assert decibels.max() <= 5
    assert np.ptp(decibels) > 10


def test_a_low_pass_takes_away_what_is_above_it() -> None:
    x, y = batch(1)
    nothing = drawn(AugmentationSettings(), 1)
    changed, _ = apply(x, y, replace(nothing, low_pass=np.array([2000.0], dtype=np.float32)))
    power = torch.fft.rfft(changed[0]).abs() ** 2
    edge = int(4000 / 11_025 * len(power))
    assert power[edge:].sum() < 0.01 * power[:edge].sum()


def test_noise_has_the_drawn_level() -> None:
    x, y = batch()
    change = drawn(SETTINGS["noise"])
    changed, _ = apply(x, y, change)
    level = (changed - x).std(1) / x.std(1)
    assert torch.allclose(level, torch.from_numpy(change.noise), rtol=0.1)


def test_mixing_mixes_sound_and_targets_by_the_same_share() -> None:
    x, y = batch()
    change = drawn(SETTINGS["mixup"])
    changed, targets = apply(x, y, change)
    share = torch.from_numpy(change.share)[:, None]
    assert (change.share >= 0.5).all()
    assert torch.allclose(changed, share * x + (1 - share) * x[change.partner])
    assert torch.allclose(targets, share * y + (1 - share) * y[change.partner])


def test_a_room_prolongs_a_click() -> None:
    x, y = torch.zeros((1, 11_025)), torch.zeros((1, 3))
    x[0, 100] = 1.0
    nothing = drawn(AugmentationSettings(), 1)
    changed, _ = apply(x, y, replace(nothing, decay=np.array([1.0], dtype=np.float32)))
    tail = changed[0, 200:].square()
    assert tail[:2000].sum() > 3 * tail[6000:8000].sum() > 0
    assert changed[0, :100].abs().max() < 1e-5


def test_a_pitch_shift_that_cannot_be_done_here_is_refused_before_training() -> None:
    try:
        import torchaudio  # noqa: F401
    except (ImportError, OSError):
        with pytest.raises(ConfigError, match="torchaudio"):
            check_available(AugmentationSettings(pitch_shift=0.1))
    else:
        x, y = batch(2, 22_050)
        changed, _ = apply(x, y, drawn(AugmentationSettings(pitch_shift=1.0), 2))
        assert changed.shape == x.shape


def test_a_shift_by_no_semitone_is_refused() -> None:
    with pytest.raises(ConfigError, match="pitch_semitones"):
        recipe_from_dict({"augmentation": {"pitch_shift": 0.1, "pitch_semitones": 0}})


def test_every_chance_of_the_settings_is_drawn() -> None:
    chances = {field.name for field in fields(AugmentationSettings) if field.default == 0.0}
    assert chances == {*SETTINGS, "pitch_shift"}
