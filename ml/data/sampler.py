"""Which pieces of which clips make up the batch of an update.

A batch is a pure function of the seed and the update's number, so a run that was killed and goes
on sees exactly the batches it would have seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.audio.reading import SEGMENT_SAMPLES
from ml.config.network import ConfigError
from ml.config.recipe import Recipe
from ml.data.magnatagatune.annotations import DatasetError
from ml.data.magnatagatune.split import Split

from .augmentation import Draw, draw

# Of one segment the head's batch normalisation has no variance.
SMALLEST_BATCH = 2
# How much more or less often than the average a clip may be drawn. Unbounded, a tag of a dozen
# clips would show the same dozen in every other batch, and they would be learnt by heart.
BALANCE_LIMITS = (0.5, 2.5)


@dataclass(frozen=True)
class Batch:
    """What one update is made of: rows of the split, first samples, targets, changes.

    `clips`, `offsets` are `(batch,)`, `targets` float32 `(batch, tags)`, NaN where the label
    is unknown.
    """

    clips: npt.NDArray[np.intp]
    offsets: npt.NDArray[np.int64]
    targets: npt.NDArray[np.float32]
    change: Draw

    def part(self, rank: int, world: int) -> Batch:
        """What process `rank` of `world` makes of it."""
        if world == 1:
            return self
        mine = slice(rank, None, world)
        return Batch(
            self.clips[mine], self.offsets[mine], self.targets[mine], self.change.part(rank, world)
        )


class Sampler:
    """Draws batches of `split` as `recipe` says, for so many `processes` that share each batch.

    Raises DatasetError or ConfigError where a process would be left with a batch too small.
    """

    def __init__(self, split: Split, recipe: Recipe, processes: int = 1) -> None:
        if not len(split):
            raise DatasetError(f"The {split.name} split holds no clip that can be trained on.")
        if recipe.data.labels == "soft" and split.soft is None:
            raise DatasetError("The recipe asks for soft labels and the data set has none.")
        self._split, self._recipe = split, recipe
        self._counts = (split.lengths // SEGMENT_SAMPLES).astype(np.int64)
        self._ends = np.cumsum(self._counts)
        # The epoch whose order is at hand, and the order.
        self._order: tuple[int, npt.NDArray[np.int64]] | None = None
        self._weights = clip_weights(split.hard, recipe.data.balance)
        self._smallest = SMALLEST_BATCH * processes
        self._check_sizes()

    def _check_sizes(self) -> None:
        segments, smallest = int(self._counts.sum()), self._smallest
        if self._recipe.training.batch_size < smallest:
            raise ConfigError(
                f"training.batch_size must be at least {smallest}: batch normalisation needs "
                f"{SMALLEST_BATCH} segments in each process."
            )
        if self._recipe.data.crops == "fixed" and segments < smallest:
            raise DatasetError(
                f"The {self._split.name} split has too few whole segments ({segments}): batch "
                f"normalisation needs {smallest}. Prepare more clips."
            )

    @property
    def updates_per_epoch(self) -> int:
        """Updates in which each segment (or, on average, each random crop) comes up once."""
        size = self._recipe.training.batch_size
        if self._recipe.data.crops == "fixed":
            whole, rest = divmod(int(self._counts.sum()), size)
            # A remainder too small for a batch of its own joins the one before.
            return max(1, whole + (rest >= self._smallest))
        return max(1, len(self._split) * self._recipe.data.segments_per_clip // size)

    def batch(self, step: int) -> Batch:
        """The batch of update number `step`, counted from 0."""
        rng = np.random.default_rng([self._recipe.training.seed, step])
        fixed = self._recipe.data.crops == "fixed"
        clips, offsets = self._fixed(step) if fixed else self._random(rng)
        change = draw(self._recipe.augmentation, len(clips), rng)
        return Batch(clips, offsets, self._targets(clips, offsets), change)

    def _random(
        self, rng: np.random.Generator
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        size = self._recipe.training.batch_size
        clips = rng.choice(len(self._split), size, p=self._weights)
        room = self._counts[clips] * SEGMENT_SAMPLES - SEGMENT_SAMPLES
        return clips, (rng.random(size) * (room + 1)).astype(np.int64)

    def _fixed(self, step: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
        epoch, position = divmod(step, self.updates_per_epoch)
        if self._order is None or self._order[0] != epoch:
            self._order = epoch, self._permuted(epoch)
        size = self._recipe.training.batch_size
        last = position == self.updates_per_epoch - 1
        chosen = self._order[1][position * size : None if last else (position + 1) * size]
        clips = np.searchsorted(self._ends, chosen, side="right")
        segments = chosen - (self._ends - self._counts)[clips]
        return clips, segments * SEGMENT_SAMPLES

    def _permuted(self, epoch: int) -> npt.NDArray[np.int64]:
        """All segments in the epoch's order: drawn once an epoch, not once an update."""
        order = np.random.default_rng([self._recipe.training.seed, epoch, 1])
        return order.permutation(int(self._counts.sum()))

    def _targets(
        self, clips: npt.NDArray[np.intp], offsets: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        if self._recipe.data.labels == "hard" or self._split.soft is None:
            targets = self._split.hard[clips].astype(np.float32)
        else:
            targets = interpolated(self._split.soft, clips, offsets)
        if self._split.known is not None:
            targets[~self._split.known[clips]] = np.nan
        return targets


def interpolated(
    soft: npt.NDArray[np.float16], clips: npt.NDArray[np.intp], offsets: npt.NDArray[np.int64]
) -> npt.NDArray[np.float32]:
    """Soft targets `(batch, tags)` of crops: the two overlapped segments' by their overlap."""
    position = offsets / SEGMENT_SAMPLES
    last = soft.shape[1] - 1
    first = np.minimum(position.astype(np.int64), last)
    share = np.minimum(position - first, 1).astype(np.float32)[:, None]
    before = soft[clips, first].astype(np.float32)
    after = soft[clips, np.minimum(first + 1, last)].astype(np.float32)
    targets: npt.NDArray[np.float32] = before * (1 - share) + after * share
    return targets


def clip_weights(hard: npt.NDArray[np.uint8], balance: float) -> npt.NDArray[np.float64]:
    """Chance of each clip `(clips,)`: its rarest tag's frequency to the power of -`balance`."""
    if balance == 0:
        return np.full(len(hard), 1 / len(hard))
    # A tag that no clip has must not divide by zero; a thousandth is rarer than any real one.
    frequency = hard.mean(0) + 1e-3
    weights = np.max(hard * frequency**-balance, axis=1, initial=1.0)
    weights = np.clip(weights / weights.mean(), *BALANCE_LIMITS)
    return np.asarray(weights / weights.sum(), dtype=np.float64)
