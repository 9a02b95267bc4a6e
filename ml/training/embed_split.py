"""The embeddings of a split's segments, computed once for all epochs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ml.audio.types import FULL_SCALE
from ml.data.magnatagatune.split import Split
from ml.nn.network import SampleCNN
from ml.runtime.engine import torch_engine
from ml.runtime.parity import Forward

# As in ml.inference.pipeline; a clip has ten segments, a long recording's excerpt no more.
BATCH = 16


@dataclass(frozen=True)
class EmbeddedSplit:
    """Every whole segment of a split: `embeddings` `(segments, size)`, float32 on the device.

    `clip` `(segments,)` is the row of the split that each belongs to.
    """

    embeddings: Tensor
    clip: npt.NDArray[np.intp]

    def clip_means(self, segments: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """`(segments, …)` → `(clips, …)`."""
        firsts = np.flatnonzero(np.diff(self.clip, prepend=-1))
        counts = np.bincount(self.clip)[:, None]
        return (np.add.reduceat(segments, firsts) / counts).astype(np.float32)


def embed(
    network: SampleCNN,
    split: Split,
    device: torch.device,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> EmbeddedSplit:
    """Embed `split` with `network`, which lies on `device`. Raises InterruptedError when stopped.

    `on_progress(done, total)` counts clips.
    """
    forward = torch_engine(network.eval(), device).forward
    embedded = []
    for clip in range(len(split)):
        if should_stop():
            raise InterruptedError("The training was stopped.")
        on_progress(clip, len(split))
        embedded.append(_embed(forward, split.segments(clip), device))
    index = np.repeat(np.arange(len(split)), [len(part) for part in embedded])
    return EmbeddedSplit(torch.cat(embedded), index)


@torch.no_grad()
def _embed(forward: Forward, segments: npt.NDArray[np.int16], device: torch.device) -> Tensor:
    sound = torch.from_numpy(segments.astype(np.float32) / FULL_SCALE)[:, None].to(device)
    return torch.cat([forward(part)[1].float() for part in sound.split(BATCH)])
