"""Batches: the same for the same update, covering what they should, with the right targets."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ml.audio.reading import SEGMENT_SAMPLES
from ml.config.network import ConfigError
from ml.data.loader import Loader
from ml.data.magnatagatune.annotations import DatasetError
from ml.data.sampler import Sampler, clip_weights, interpolated
from tests.ml.training.training_data import make_recipe, make_split


def test_a_batch_depends_on_the_seed_and_the_update_alone() -> None:
    split = make_split("train")
    one, other = (Sampler(split, make_recipe()) for _ in range(2))
    assert np.array_equal(one.batch(7).offsets, other.batch(7).offsets)
    assert not np.array_equal(one.batch(7).offsets, one.batch(8).offsets)
    reseeded = Sampler(split, make_recipe(training={"seed": 1}))
    assert not np.array_equal(one.batch(7).offsets, reseeded.batch(7).offsets)


def test_an_epoch_of_fixed_crops_holds_every_segment_once() -> None:
    sampler = Sampler(make_split("train", 7), make_recipe(data={"crops": "fixed"}))
    for epoch in range(2):
        first = epoch * sampler.updates_per_epoch
        batches = [sampler.batch(first + k) for k in range(sampler.updates_per_epoch)]
        seen = [
            (int(clip), int(offset))
            for batch in batches
            for clip, offset in zip(batch.clips, batch.offsets, strict=True)
        ]
        assert sorted(seen) == [(clip, k * SEGMENT_SAMPLES) for clip in range(7) for k in (0, 1)]


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("clips", range(4, 14))
@pytest.mark.parametrize("size", [4, 5, 8, 17])
def test_no_batch_is_too_small_for_a_process_and_none_is_left_out(
    clips: int, size: int, processes: int
) -> None:
    recipe = make_recipe(data={"crops": "fixed"}, training={"batch_size": size})
    sampler = Sampler(make_split("train", clips), recipe, processes)
    batches = [sampler.batch(k) for k in range(sampler.updates_per_epoch)]
    parts = [len(batch.clips[rank::processes]) for batch in batches for rank in range(processes)]
    assert min(parts) >= 2
    assert sum(parts) == 2 * clips
    assert max(len(batch.clips) for batch in batches) < size + 2 * processes


def test_what_cannot_make_a_batch_is_refused_with_the_number_it_needs() -> None:
    fixed = make_recipe(data={"crops": "fixed"})
    with pytest.raises(DatasetError, match=r"segments \(1\): .* needs 2"):
        Sampler(make_split("train", 1, 1), fixed)
    with pytest.raises(DatasetError, match="needs 4"):
        Sampler(make_split("train", 1), fixed, 2)
    with pytest.raises(ConfigError, match="batch_size must be at least 6"):
        Sampler(make_split("train"), make_recipe(), 3)


def test_random_crops_stay_inside_the_clip() -> None:
    sampler = Sampler(make_split("train"), make_recipe(training={"batch_size": 64}))
    offsets = np.concatenate([sampler.batch(k).offsets for k in range(10)])
    assert offsets.min() >= 0
    assert offsets.max() <= SEGMENT_SAMPLES
    assert np.ptp(offsets) > SEGMENT_SAMPLES / 2


def test_a_crop_between_two_segments_gets_their_labels_by_overlap() -> None:
    soft = np.array([[[0.0], [1.0], [0.5]]], dtype=np.float16)
    offsets = np.array([0, SEGMENT_SAMPLES // 4, SEGMENT_SAMPLES, 2 * SEGMENT_SAMPLES])
    targets = interpolated(soft, np.zeros(4, dtype=np.intp), offsets)
    assert np.allclose(targets[:, 0], [0, 0.25, 1, 0.5], atol=1e-4)


def test_clips_with_rare_tags_are_drawn_more_often_within_limits() -> None:
    hard = np.zeros((100, 2), dtype=np.uint8)
    hard[:, 0], hard[:2, 1] = 1, 1
    assert np.allclose(clip_weights(hard, 0.0), 0.01)
    weights = clip_weights(hard, 0.5)
    assert weights[0] > 2 * weights[50]
    assert np.isclose(weights.sum(), 1)


def test_the_feed_gives_crops_of_the_very_sound_in_order() -> None:
    split = make_split("train")
    recipe = make_recipe()
    sampler = Sampler(split, recipe)
    batches = Loader(split, sampler, torch.device("cpu")).batches(5)
    for step in (5, 6, 7):
        x, y = next(batches)
        batch = sampler.batch(step)
        first = split.samples[batch.clips[0], batch.offsets[0] : batch.offsets[0] + SEGMENT_SAMPLES]
        assert x.shape == (4, 1, SEGMENT_SAMPLES)
        assert torch.allclose(x[0, 0], torch.from_numpy(first / np.float32(32_767)))
        assert torch.equal(y, torch.from_numpy(batch.targets))


def test_two_processes_share_a_batch_between_them() -> None:
    split = make_split("train")
    sampler = Sampler(split, make_recipe())
    cpu = torch.device("cpu")
    whole, _ = next(Loader(split, sampler, cpu).batches(0))
    parts = [next(Loader(split, sampler, cpu, (rank, 2)).batches(0))[0] for rank in (0, 1)]
    assert torch.equal(whole[0::2], parts[0])
    assert torch.equal(whole[1::2], parts[1])
