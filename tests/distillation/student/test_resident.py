"""Crops come from the right clip and place, with targets by what they overlap."""

from __future__ import annotations

import numpy as np
import torch

from distillation.student.resident import FULL_SCALE, SEGMENT_SAMPLES
from distillation.student.targets import from_codes, to_codes

from .pool_factory import SEGMENTS, resident, targets


def test_a_whole_segment_is_the_sound_that_lies_there() -> None:
    pool = resident(targets())
    crops = pool.segment(torch.tensor([2]), torch.tensor([1]))
    first = (2 * SEGMENTS + 1) * SEGMENT_SAMPLES
    expected = pool.samples[first : first + SEGMENT_SAMPLES].float() / FULL_SCALE
    assert torch.equal(crops.sound[0], expected)
    assert torch.equal(crops.target[0], pool.scores[2 * SEGMENTS + 1])


def test_a_crop_between_two_segments_has_their_scores_by_its_shares() -> None:
    pool = resident(targets())
    whole = SEGMENTS * SEGMENT_SAMPLES
    first = SEGMENT_SAMPLES // 4
    place = torch.tensor([(first + 0.5) / (whole - SEGMENT_SAMPLES + 1)])
    crops = pool.crops(torch.tensor([0]), place)
    expected = torch.lerp(pool.scores[0], pool.scores[1], first / SEGMENT_SAMPLES)
    assert torch.allclose(crops.target[0], expected, atol=1e-4)


def test_what_is_unknown_of_one_segment_is_unknown_of_a_crop_that_touches_it() -> None:
    of = targets()
    of.counts[1, 2] = False
    pool = resident(of)
    crops = pool.crops(torch.tensor([0, 0]), torch.tensor([0.1, 0.9]))
    assert not crops.known[0, 2]
    assert crops.known[1, 3]
    assert not crops.target.isnan().any()


def test_at_its_own_speed_a_sound_stays_what_it_is() -> None:
    pool = resident(targets())
    clip, place = torch.tensor([1, 3]), torch.tensor([0.2, 0.7])
    plain, played = pool.crops(clip, place), pool.crops(clip, place, torch.ones(2))
    assert torch.allclose(plain.sound, played.sound, atol=1e-6)


def test_at_another_speed_a_tone_is_as_much_higher() -> None:
    pool = resident(targets())
    time = torch.arange(len(pool.samples)) / 22_050
    pool.samples = (8000 * torch.sin(2 * torch.pi * 500 * time)).to(torch.int16)
    crops = pool.crops(torch.tensor([0]), torch.tensor([0.3]), torch.tensor([1.05]))
    peak = torch.fft.rfft(crops.sound[0]).abs().argmax().item() * 22_050 / SEGMENT_SAMPLES
    assert abs(peak - 525) < 0.5


def test_clips_are_drawn_as_often_as_their_chances_say() -> None:
    pool = resident(targets())
    drawn = pool.draw(1000, torch.tensor([0.0, 1, 3, 0, 0, 0]))
    count = torch.bincount(drawn, minlength=6)
    assert count[0] == count[3:].sum() == 0
    assert 2 < count[2] / count[1] < 4.5


def test_scores_in_eight_bits_keep_small_ones_and_what_is_unknown() -> None:
    scores = np.array([[0, 0.002, 0.01, 0.3, 1, np.nan]], np.float32)
    back = from_codes(to_codes(scores))
    assert np.isnan(back[0, 5])
    assert np.allclose(back[0, :5], scores[0, :5], atol=0.0025)
    assert abs(back[0, 1] - 0.002) < 0.0004
