"""What each process of a distributed training makes of a batch."""

from __future__ import annotations

import numpy as np
import torch

from ml.data.loader import Loader
from ml.data.sampler import Sampler
from tests.ml.training.training_data import make_recipe, make_split

CPU = torch.device("cpu")


def test_processes_make_the_parts_of_one_batch() -> None:
    split = make_split("train", 8)
    sampler = Sampler(split, make_recipe(training={"batch_size": 6}), 2)
    whole, *parts = (
        next(Loader(split, sampler, CPU, share).batches(3)) for share in ((0, 1), (0, 2), (1, 2))
    )
    for place in (0, 1):
        torch.testing.assert_close(
            torch.stack([parts[0][place], parts[1][place]], 1).flatten(0, 1), whole[place]
        )


def test_a_part_is_mixed_with_sounds_of_its_own() -> None:
    recipe = make_recipe(training={"batch_size": 8}, augmentation={"mixup": 1.0, "noise": 1.0})
    batch = Sampler(make_split("train", 8), recipe, 2).batch(0)
    parts = [batch.part(rank, 2) for rank in (0, 1)]
    for part in parts:
        assert sorted(part.change.partner) == [0, 1, 2, 3]
        assert len(part.clips) == len(part.change.gain) == 4
    assert parts[0].change.noise_seed != parts[1].change.noise_seed
    np.testing.assert_array_equal(
        np.stack([part.change.share for part in parts], 1).ravel(), batch.change.share
    )
