"""SE gates: those of every block, averaged as the paper does."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pytest
import torch

from ml.config.network import NetworkConfig
from ml.evaluation.se_gates import by_tag, mean_se_gates, save_se_gates, spread
from ml.nn.blocks import Block
from ml.nn.layers import SqueezeExcitation
from ml.nn.network import SampleCNN
from tests.ml.training.training_data import TINY_NETWORK, make_split

torch.manual_seed(0)


def network(block: str = "rese") -> SampleCNN:
    return SampleCNN(NetworkConfig.from_dict({**TINY_NETWORK, "labels": 2, "block": block}))


def test_every_block_gives_one_gate_a_channel_and_clip() -> None:
    split = make_split("test", 4)
    blocks = mean_se_gates(network(), split)
    assert [block.shape for block in blocks] == [(4, width) for width in TINY_NETWORK["widths"]]  # type: ignore[attr-defined]
    assert all(((block > 0) & (block < 1)).all() for block in blocks)


def test_a_clips_gates_are_the_mean_over_its_segments() -> None:
    split, tagger = make_split("test", 2), network()
    found = mean_se_gates(tagger, split)[0][1]
    x = torch.from_numpy(split.segments(1) / np.float32(32_767))[:, None, None]
    with torch.inference_mode():
        block = cast(Block, tagger.blocks[0])
        gates = cast(SqueezeExcitation, block.excitation).gates(block.body(tagger.stem(x)))
    assert np.allclose(found, gates.mean(0), atol=1e-5)


def test_tags_that_differ_have_a_spread_and_tags_that_do_not_have_none() -> None:
    split = make_split("test", 4)
    gates = split.hard.astype(np.float32)
    means, tags = by_tag(gates, split)
    assert tags == ["high", "low"]
    assert means.tolist() == [[1, 0], [0, 1]]
    assert spread(means) == 0.5
    assert spread(by_tag(np.ones_like(gates), split)[0]) == 0


def test_a_network_without_gates_is_refused() -> None:
    with pytest.raises(ValueError, match="no SE gates"):
        mean_se_gates(network("res"), make_split("test", 2))


def test_saved_gates_come_back_with_their_clips_and_tags(tmp_path: Path) -> None:
    split = make_split("test", 2)
    save_se_gates(tmp_path / "new" / "gates.npz", [split.hard.astype(np.float32)], split)
    with np.load(tmp_path / "new" / "gates.npz") as file:
        assert file["block1"].shape == (2, 2)
        assert list(file["mp3_path"]) == split.paths
