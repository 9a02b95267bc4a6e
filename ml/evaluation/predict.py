"""A network's scores for every clip of a split."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ml.audio.types import FULL_SCALE
from ml.data.magnatagatune.split import Split
from ml.data.transfer import on_device
from ml.nn.network import SampleCNN
from ml.nn.pair import NetworkPair
from ml.runtime.cpu import has_fast_bfloat16

Sounds = npt.NDArray[np.float32]
# `(segments, samples)`, int16 or float32.
Segments = npt.NDArray[Any]
# A GPU is busy with some hundred, whose activations fit into any; in a CPU's cache two are too many
# already, and a clip of MagnaTagATune has ten.
SEGMENTS_AT_ONCE = {"cpu": 10, "cuda": 256}


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
    device = next(network.parameters()).device
    size = SEGMENTS_AT_ONCE.get(device.type, SEGMENTS_AT_ONCE["cpu"])
    scores, index = [], []
    for clips, sounds in _together(_heard(split, change, should_stop, on_progress), size):
        scores.append(_scores(network, on_device(sounds, device), bfloat16))
        index.append(clips)
    # Fetched once, at the end: each fetch would wait for all that a GPU still has to do.
    segments: npt.NDArray[np.float32] = torch.cat(scores).cpu().numpy()
    clip = np.concatenate(index)
    return Predictions(segments, clip, _means(segments, clip, len(split)))


def _heard(
    split: Split,
    change: Callable[[Sounds], Sounds] | None,
    should_stop: Callable[[], bool],
    on_progress: Callable[[int, int], None],
) -> Iterator[tuple[int, Segments]]:
    """Each clip with its segments: int16 as they lie on the disk, or as floats where changed."""
    for clip in range(len(split)):
        if should_stop():
            raise InterruptedError("The evaluation was cancelled.")
        on_progress(clip, len(split))
        segments = split.segments(clip)
        if change is None:
            yield clip, segments
        else:
            sound = segments.astype(np.float32) / np.float32(FULL_SCALE)
            yield clip, change(sound.reshape(-1)).reshape(segments.shape)


def _together(
    heard: Iterator[tuple[int, Segments]], size: int
) -> Iterator[tuple[npt.NDArray[np.intp], Segments]]:
    """Segments of one clip after another, `size` at a time, with the clip of each."""
    clips: list[int] = []
    waiting: list[Segments] = []
    for clip, segments in heard:
        for segment in segments:
            clips.append(clip)
            waiting.append(segment)
            if len(waiting) == size:
                yield _batch(clips, waiting)
                clips, waiting = [], []
    if waiting:
        yield _batch(clips, waiting)


def _batch(clips: list[int], segments: list[Segments]) -> tuple[npt.NDArray[np.intp], Segments]:
    return np.array(clips, dtype=np.intp), np.stack(segments)


def _means(
    segments: npt.NDArray[np.float32], clip: npt.NDArray[np.intp], clips: int
) -> npt.NDArray[np.float32]:
    ends = np.searchsorted(clip, np.arange(clips), side="right")
    parts = np.split(segments, ends[:-1])
    return np.stack([part.mean(0) for part in parts])


@torch.inference_mode()
def _scores(network: SampleCNN | NetworkPair, sounds: Tensor, bfloat16: bool) -> Tensor:
    """`(segments, samples)`, int16 or from -1 to 1 → float32 `(segments, labels)`, on the device.

    What is int16 is made float there: half as much is carried.
    """
    x = sounds.float()[:, None]
    if sounds.dtype == torch.int16:
        x = x / FULL_SCALE
    with autocast(x.device, bfloat16):
        logits = network(x)
    return network.scores(logits.float())
