"""Changes of sound do what they say, to those sounds that they are for."""

from __future__ import annotations

import torch

from distillation.student.augmentation import (
    Changes,
    changed,
    filtered,
    gains,
    level_of,
    mixed,
    overlaid,
)

NOTHING = Changes(speed=0, polarity=0, gain=0, gain_near_db=0, filter=0, noise=0, offset=0, mixup=0)


def noise(count: int = 4) -> torch.Tensor:
    return 0.1 * torch.randn(count, 59_049, generator=torch.Generator().manual_seed(0))


def test_without_changes_the_sound_stays_but_for_what_the_product_does_not_hear() -> None:
    once = changed(noise(), NOTHING)
    before, after = (torch.fft.rfft(sound).abs() for sound in (noise(), once))
    edge = round(7500 / 22_050 * 59_049)
    assert torch.allclose(after[:, :edge], before[:, :edge], atol=0.01)
    assert after[:, round(8001 / 22_050 * 59_049) :].max() < 0.01


def test_gains_span_the_range_and_turn_half_of_the_polarities() -> None:
    torch.manual_seed(0)
    found = gains(Changes(gain=1.0), 4000, torch.device("cpu"))
    decibels = 20 * found.abs().log10()
    assert -24 <= decibels.min() < -23
    assert 5 < decibels.max() <= 6.001
    assert 0.45 < (found < 0).float().mean() < 0.55


def test_filters_take_away_energy_or_tilt_it_and_leave_the_rest_alone() -> None:
    torch.manual_seed(0)
    sound = noise(60)
    level = level_of(filtered(sound, Changes(filter=0.5))) / level_of(sound)
    plain = level_of(filtered(sound, NOTHING)) / level_of(sound)
    untouched = (level - plain).abs() < 1e-4
    assert 10 < untouched.sum() < 50
    assert (level[~untouched] < plain[~untouched]).any()


def test_a_mixture_has_targets_by_its_shares_and_the_level_of_its_first() -> None:
    torch.manual_seed(0)
    sound = noise() * torch.tensor([1.0, 0.1, 2.0, 1.0])[:, None]
    target = torch.eye(4)
    known = torch.ones(4, 4, dtype=torch.bool)
    known[0, 3] = False
    changes = Changes(mixup=1.0, mixup_least=0.7)
    found, wanted, both = mixed(sound, target, known, changes)
    assert torch.allclose(wanted.sum(1), torch.ones(4))
    assert (wanted.diagonal() >= 0.7).all()
    assert torch.allclose(level_of(found), level_of(sound), rtol=0.05)
    assert not both[0, 3]
    assert not both[1, 3]
    assert both[2, 3]


def test_sounds_that_are_not_mixed_keep_what_is_known_of_them() -> None:
    sound, target = noise(), torch.eye(4)
    known = torch.zeros(4, 4, dtype=torch.bool)
    known[2] = True
    found, wanted, both = mixed(sound, target, known, NOTHING)
    assert torch.equal(found, sound)
    assert torch.equal(wanted, target)
    assert torch.equal(both, known)


def test_a_voice_is_heard_over_music_whose_level_stays() -> None:
    music, voice = noise(), 0.1 * noise().flip(0)
    whole = overlaid(voice, music, (6.0, 6.0))
    assert torch.allclose(level_of(whole), level_of(music), rtol=0.05)
    alike = torch.cosine_similarity(whole, voice)
    assert (alike > 0.85).all()
