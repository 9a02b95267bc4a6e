"""From batches on paper to tensors on the device, ahead of the network.

Where the whole split fits into the GPU's memory it is kept there as int16 and cropped there;
else a thread reads and augments the coming batches while the network works.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ml.audio.reading import SEGMENT_SAMPLES
from ml.audio.types import FULL_SCALE
from ml.data.magnatagatune.split import Split

from .augmentation import apply
from .sampler import Batch, Sampler

AHEAD = 8
# Of the GPU's free memory, the part that sound may take.
RESIDENT_SHARE = 0.5


class Source(Protocol):
    """Where crops of sound come from."""

    def crops(self, batch: Batch) -> Tensor:
        """int16 `(batch, SEGMENT_SAMPLES)`."""


class MappedSource:
    """Crops from the memory-mapped file."""

    def __init__(self, split: Split) -> None:
        self._split = split

    def crops(self, batch: Batch) -> Tensor:
        """int16 `(batch, SEGMENT_SAMPLES)`, on the CPU."""
        sound = self._split.samples
        rows = self._split.rows[batch.clips]
        return torch.from_numpy(
            np.stack(
                [
                    sound[row, offset : offset + SEGMENT_SAMPLES]
                    for row, offset in zip(rows, batch.offsets, strict=True)
                ]
            )
        )


class ResidentSource:
    """Crops from a copy of the split in the GPU's memory."""

    def __init__(self, split: Split, device: torch.device) -> None:
        self._sound = torch.from_numpy(np.ascontiguousarray(split.samples)).to(device)
        self._rows = torch.from_numpy(split.rows).to(device)
        self._window = torch.arange(SEGMENT_SAMPLES, device=device)

    def crops(self, batch: Batch) -> Tensor:
        """int16 `(batch, SEGMENT_SAMPLES)`, on the device."""
        device = self._sound.device
        rows = self._rows[torch.from_numpy(batch.clips).to(device)]
        columns = torch.from_numpy(batch.offsets).to(device)[:, None] + self._window
        return self._sound[rows[:, None], columns]


class Loader:
    """Gives `(x, y)` of update after update: x `(batch, 1, time)`, y `(batch, tags)`, on `device`.

    `share` is (rank, world size): each process of a distributed run takes its part of the batch.
    """

    def __init__(
        self, split: Split, sampler: Sampler, device: torch.device, share: tuple[int, int] = (0, 1)
    ) -> None:
        self._sampler, self._device, self._share = sampler, device, share
        self.resident = fits(split, device)
        self._source: Source = (
            ResidentSource(split, device) if self.resident else MappedSource(split)
        )

    def batches(self, first: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Batches from update number `first` on, without end."""
        if self.resident:
            step = first
            while True:
                yield self._batch(step)
                step += 1
        yield from self._ahead(first)

    def _ahead(self, first: int) -> Iterator[tuple[Tensor, Tensor]]:
        waiting: queue.Queue[tuple[Tensor, Tensor] | Exception] = queue.Queue(AHEAD)
        stop = threading.Event()
        thread = threading.Thread(target=self._fill, args=(first, waiting, stop), daemon=True)
        thread.start()
        try:
            while True:
                item = waiting.get()
                if isinstance(item, Exception):
                    raise item
                yield tuple(t.to(self._device, non_blocking=True) for t in item)  # type: ignore[misc]
        finally:
            stop.set()
            while not waiting.empty():
                waiting.get_nowait()
            thread.join()

    def _fill(
        self,
        step: int,
        waiting: queue.Queue[tuple[Tensor, Tensor] | Exception],
        stop: threading.Event,
    ) -> None:
        while not stop.is_set():
            try:
                item: tuple[Tensor, Tensor] | Exception = self._pinned(self._batch(step))
            except Exception as error:  # noqa: BLE001 - handed to the training's own thread
                item = error
            while not stop.is_set():
                try:
                    waiting.put(item, timeout=0.5)
                    break
                except queue.Full:
                    continue
            if isinstance(item, Exception):
                return
            step += 1

    def _batch(self, step: int) -> tuple[Tensor, Tensor]:
        batch = self._sampler.batch(step)
        x = self._source.crops(batch).float() / FULL_SCALE
        y = torch.from_numpy(batch.targets).to(x.device)
        x, y = apply(x, y, batch.change)
        rank, world = self._share
        return x[rank::world, None], y[rank::world]

    def _pinned(self, batch: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
        if self._device.type != "cuda":
            return batch
        return batch[0].pin_memory(), batch[1].pin_memory()


def fits(split: Split, device: torch.device) -> bool:
    """Whether `device` is a GPU with room for the whole split."""
    if device.type != "cuda":
        return False
    free, _ = torch.cuda.mem_get_info(device)
    return bool(split.samples.nbytes < free * RESIDENT_SHARE)
