"""What the squeeze-and-excitation gates do: their mean by tag, block by block.

Kim, Lee, Nam, ICASSP 2018, section on excitation analysis: gates are averaged over a clip's
segments, then over the clips of each tag. The spread over tags says how much a block separates
tags.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from ml.audio.types import FULL_SCALE
from ml.data.magnatagatune.split import Split
from ml.nn.layers import SqueezeExcitation
from ml.nn.network import SampleCNN

Array = npt.NDArray[np.float32]


def mean_se_gates(network: SampleCNN, split: Split) -> list[Array]:
    """Mean gates of every clip, one array `(clips, width)` a block.

    Raises ValueError for a network without squeeze-and-excitation.
    """
    if not network.config.has_se_gates:
        raise ValueError(
            f"A {network.config.block} network has no SE gates; take an se or rese one."
        )
    network.eval()
    rows: list[list[Array]] = [[] for _ in network.blocks]
    with torch.inference_mode(), recorded_gates(network) as gates:
        for clip in range(len(split)):
            sound = torch.from_numpy(split.segments(clip).astype(np.float32) / FULL_SCALE)
            gates.clear()
            network(sound[:, None].to(next(network.parameters()).device))
            for block, recorded in zip(rows, gates, strict=True):
                block.append(recorded.mean(0).float().cpu().numpy())
    return [np.stack(block) for block in rows]


def by_tag(clips: Array, split: Split) -> tuple[Array, list[str]]:
    """Means `(tags, width)` over the clips of each tag that has one, and those tags."""
    present = np.flatnonzero(split.hard.any(axis=0))
    means = [clips[split.hard[:, column] == 1].mean(0) for column in present]
    return np.stack(means), [split.tags[column] for column in present]


def spread(means: Array) -> float:
    """Standard deviation over the tags, averaged over channels."""
    return float(means.std(0).mean())


def save_se_gates(path: Path, blocks: list[Array], split: Split) -> None:
    """All clips' gates as `block1`… with `mp3_path`, `tags` and `hard` beside them."""
    arrays: dict[str, npt.NDArray[np.generic]] = {
        f"block{k}": clips for k, clips in enumerate(blocks, 1)
    }
    arrays |= {
        "mp3_path": np.array(split.paths),
        "tags": np.array(split.tags),
        "hard": split.hard,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


@contextmanager
def recorded_gates(network: nn.Module) -> Iterator[list[Tensor]]:
    """A list that takes in the gates of every block as the network runs."""
    recorded: list[Tensor] = []

    def record(module: nn.Module, inputs: tuple[Tensor, ...], _output: Tensor) -> None:
        if isinstance(module, SqueezeExcitation):
            recorded.append(module.gates(inputs[0]))

    hooks = [
        module.register_forward_hook(record)
        for module in network.modules()
        if isinstance(module, SqueezeExcitation)
    ]
    try:
        yield recorded
    finally:
        for hook in hooks:
            hook.remove()
