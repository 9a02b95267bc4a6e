"""Several data sets concatenated, each with its own tags: a tag one lacks is unknown there."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.data.magnatagatune.split import Samples, Split


class ConcatSamples:
    """Several files of samples as if one lay below the other; nothing is read before it is used."""

    def __init__(self, parts: Sequence[Samples]) -> None:
        self._parts = parts
        self._ends = np.cumsum([len(part) for part in parts])

    def __len__(self) -> int:
        return int(self._ends[-1])

    @property
    def nbytes(self) -> int:
        """Bytes of all parts together."""
        return sum(part.nbytes for part in self._parts)

    def __getitem__(self, index: tuple[Any, slice], /) -> npt.NDArray[np.int16]:
        row, columns = index
        part = int(np.searchsorted(self._ends, row, side="right"))
        first = int(self._ends[part - 1]) if part else 0
        return self._parts[part][row - first, columns]

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[np.int16]:
        return np.concatenate([np.asarray(part) for part in self._parts]).astype(dtype or np.int16)


def concat_splits(splits: Sequence[Split], tags: list[str]) -> Split:
    """The clips of all `splits` with the labels `tags`, in that order.

    Name and protocol are the first one's. Soft labels are kept where the first one has them; the
    others' hard labels then stand for every segment. Nothing is read: `samples` stays on disk.
    """
    first = splits[0]
    sizes = [len(split.samples) for split in splits]
    offsets = np.cumsum([0, *sizes[:-1]])
    known = np.concatenate([_known(split, tags) for split in splits])
    return Split(
        name=first.name,
        protocol=first.protocol,
        tags=tags,
        paths=[path for split in splits for path in split.paths],
        kinds=[kind for split in splits for kind in split.kinds],
        instruments=[name for split in splits for name in split.instruments],
        rows=np.concatenate(
            [split.rows + at for split, at in zip(splits, offsets, strict=True)]
        ).astype(np.intp),
        samples=ConcatSamples([split.samples for split in splits]),
        lengths=np.concatenate([split.lengths for split in splits]),
        hard=np.concatenate([_columns(split.hard, split, tags) for split in splits]),
        soft=_soft(splits, tags),
        unreadable=sum(split.unreadable for split in splits),
        known=None if known.all() else known,
        sources=[name for split in splits for name in split.sources or [""] * len(split)],
    )


def subsample(split: Split, clips: int, *, seed: int = 0) -> Split:
    """At most `clips` of the split's clips, drawn by `seed`, in their order."""
    if len(split) <= clips:
        return split
    return take(
        split, np.sort(np.random.default_rng(seed).choice(len(split), clips, replace=False))
    )


def take(split: Split, kept: npt.NDArray[np.intp]) -> Split:
    """The clips `kept` of a split, by their places in it."""
    return dataclasses.replace(
        split,
        paths=[split.paths[k] for k in kept],
        kinds=[split.kinds[k] for k in kept],
        instruments=[split.instruments[k] for k in kept],
        rows=split.rows[kept],
        lengths=split.lengths[kept],
        hard=split.hard[kept],
        soft=None if split.soft is None else split.soft[kept],
        known=None if split.known is None else split.known[kept],
        sources=[split.sources[k] for k in kept] if split.sources else [],
    )


def _columns(values: npt.NDArray[Any], split: Split, tags: list[str]) -> npt.NDArray[Any]:
    """`values` `(…, split's tags)` as `(…, tags)`; 0 for the tags that the split lacks."""
    chosen = np.zeros((*values.shape[:-1], len(tags)), dtype=values.dtype)
    for column, tag in enumerate(tags):
        if tag in split.tags:
            chosen[..., column] = values[..., split.tags.index(tag)]
    return chosen


def _known(split: Split, tags: list[str]) -> npt.NDArray[np.bool_]:
    given = np.ones(split.hard.shape, dtype=bool) if split.known is None else split.known
    return _columns(given, split, tags)


def _soft(splits: Sequence[Split], tags: list[str]) -> npt.NDArray[np.float16] | None:
    first = splits[0].soft
    if first is None:
        return None
    segments = first.shape[1]
    parts = []
    for split in splits:
        soft = split.soft if split.soft is not None else split.hard[:, None].astype(np.float16)
        soft = _columns(soft, split, tags)
        parts.append(
            np.broadcast_to(soft, (len(split), segments, len(tags))) if soft.shape[1] == 1 else soft
        )
    return np.concatenate(parts)
