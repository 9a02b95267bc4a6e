"""A network's scores for every clip of a split."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from ml.audio.types import FULL_SCALE
from ml.data.magnatagatune.split import Split
from ml.nn.network import SampleCNN
from ml.nn.pair import NetworkPair
from ml.runtime.cpu import has_fast_bfloat16

Sounds = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Predictions:
    """`segments` float32 `(segments, tags)` with `clip` `(segments,)`, the row each belongs to.

    `clips` `(clips, tags)` is the mean over a clip's segments, the papers' score of a clip.
    """

    segments: npt.NDArray[np.float32]
    clip: npt.NDArray[np.intp]
    clips: npt.NDArray[np.float32]


def autocast(device: torch.device, bfloat16: bool) -> AbstractContextManager[None]:
    """Mixed precision on `device`, or none."""
    return torch.autocast(device.type, torch.bfloat16, enabled=bfloat16)


def wants_bfloat16(precision: str, device: torch.device) -> bool:
    """Whether work with this `precision` setting on `device` computes in bfloat16."""
    if precision != "auto":
        return precision == "bf16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return has_fast_bfloat16()


def predict(
    network: SampleCNN | NetworkPair,
    split: Split,
    *,
    bfloat16: bool = False,
    change: Callable[[Sounds], Sounds] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Predictions:
    """Score `split` with `network`, in evaluation mode; `change` alters each clip's sound first.

    `change` takes and gives float32 `(time,)`, `on_progress(done, total)` counts clips.
    Raises InterruptedError when `should_stop` returns True, ValueError for a split without clips.
    """
    if not len(split):
        raise ValueError(f"The {split.name} split holds no clip that could be scored.")
    network.eval()
    rows, index = [], []
    for clip, segments in _clips(split, change):
        if should_stop():
            raise InterruptedError("The evaluation was cancelled.")
        on_progress(clip, len(split))
        scores = _scores(network, segments, bfloat16)
        rows.append(scores)
        index.append(np.full(len(scores), clip))
    means = np.stack([scores.mean(0) for scores in rows])
    return Predictions(np.concatenate(rows), np.concatenate(index), means)


def _clips(split: Split, change: Callable[[Sounds], Sounds] | None) -> Iterator[tuple[int, Sounds]]:
    for clip in range(len(split)):
        segments = split.segments(clip).astype(np.float32) / np.float32(FULL_SCALE)
        if change is not None:
            segments = change(segments.reshape(-1)).reshape(segments.shape)
        yield clip, segments


@torch.inference_mode()
def _scores(
    network: SampleCNN | NetworkPair, segments: Sounds, bfloat16: bool
) -> npt.NDArray[np.float32]:
    device = next(network.parameters()).device
    x = torch.from_numpy(segments)[:, None].to(device)
    with autocast(device, bfloat16):
        logits = network(x)
    scores: npt.NDArray[np.float32] = network.scores(logits.float()).cpu().numpy()
    return scores
