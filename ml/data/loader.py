"""From batches on paper to tensors on the device, ahead of the network.

Where the whole split fits into the GPU's memory it is kept there as int16 and cropped there;
else a thread reads and augments the coming batches while the network works.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ml.audio.reading import SEGMENT_SAMPLES
from ml.audio.types import FULL_SCALE
from ml.data.magnatagatune.split import Split

from .augmentation import apply
from .sampler import Batch, Sampler
from .transfer import on_device

AHEAD = 8
# Of the GPU's free memory, the part that sound may take.
RESIDENT_SHARE = 0.5


Pair = tuple[Tensor, Tensor]


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
        rows = self._rows[on_device(batch.clips, device)]
        columns = on_device(batch.offsets, device)[:, None] + self._window
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
        with closing(self._ahead(first)) as planned:
            for batch in planned:
                if isinstance(batch, Batch):
                    yield self._made(batch)
                else:
                    yield _moved(batch, self._device)

    def _ahead(self, first: int) -> Generator[Batch | Pair]:
        """Whole batches, or what they are to be made of where the sound is on the device."""
        waiting: queue.Queue[Batch | Pair | Exception] = queue.Queue(AHEAD)
        stop = threading.Event()
        thread = threading.Thread(target=self._fill, args=(first, waiting, stop), daemon=True)
        thread.start()
        try:
            while True:
                item = waiting.get()
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            stop.set()
            while not waiting.empty():
                waiting.get_nowait()
            thread.join()

    def _fill(
        self,
        step: int,
        waiting: queue.Queue[Batch | Pair | Exception],
        stop: threading.Event,
    ) -> None:
        while not stop.is_set():
            try:
                item: Batch | Pair | Exception = self._prepared(step)
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

    def _prepared(self, step: int) -> Batch | Pair:
        """As much as needs no device. A process draws the whole batch, and makes its own part."""
        batch = self._sampler.batch(step).part(*self._share)
        if self.resident:
            return batch
        x, y = self._made(batch)
        return (x, y) if self._device.type == "cpu" else (x.pin_memory(), y.pin_memory())

    def _made(self, batch: Batch) -> Pair:
        x = self._source.crops(batch).float() / FULL_SCALE
        x, y = apply(x, on_device(batch.targets, x.device), batch.change)
        return x[:, None], y


def _moved(pair: Pair, device: torch.device) -> Pair:
    x, y = pair
    return x.to(device, non_blocking=True), y.to(device, non_blocking=True)


def fits(split: Split, device: torch.device) -> bool:
    """Whether `device` is a GPU with room for the whole split."""
    if device.type != "cuda":
        return False
    free, _ = torch.cuda.mem_get_info(device)
    return bool(split.samples.nbytes < free * RESIDENT_SHARE)
