"""A prepared split on disk: one memory-mapped file of samples and one index.

`SPLIT.samples.npy`  int16 `(clips, CLIP_SAMPLES)`, 22,050 Hz, zero-padded
`SPLIT.lengths.npy`  int32 `(clips,)`: samples decoded, 0 not yet, -1 unreadable
`SPLIT.index.npz`    clip_id, mp3_path, kind, instrument, tags, hard and (if any) soft labels,
                     and (if not everything was labelled) known: which hard labels were given
All clips of the split are there; a protocol only selects among them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ml.audio.reading import SEGMENT_SAMPLES

from .annotations import DatasetError

# MagnaTagATune's clips are 29.1 s; ten whole segments are 26.8 s of that.
CLIP_SAMPLES = 643_860


class Samples(Protocol):
    """What a split needs of its sound: a NumPy array has it."""

    @property
    def nbytes(self) -> int:
        """Bytes that a copy in memory takes."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: tuple[Any, slice], /) -> npt.NDArray[np.int16]: ...

    def __array__(self) -> npt.NDArray[np.int16]: ...


@dataclass(frozen=True)
class Split:
    """One split under one protocol, ready for training or evaluation.

    `samples` int16 `(all clips, CLIP_SAMPLES)`, memory-mapped; `rows` says which of its rows are
    this split's clips; `lengths`, `hard` `(clips, tags)` and `soft` `(clips, segments, tags)` are
    already in the order of `rows`. `known` `(clips, tags)` says which hard labels anybody has
    given, None: all; the others are 0 and mean nothing.
    """

    name: str
    protocol: str
    tags: list[str]
    paths: list[str]
    kinds: list[str]
    instruments: list[str]
    rows: npt.NDArray[np.intp]
    samples: Samples
    lengths: npt.NDArray[np.int32]
    hard: npt.NDArray[np.uint8]
    soft: npt.NDArray[np.float16] | None
    unreadable: int
    known: npt.NDArray[np.bool_] | None = None
    # What each clip comes from, as its data set says; empty where it does not.
    sources: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def segments(self, clip: int) -> npt.NDArray[np.int16]:
        """The clip's whole segments, `(segments, SEGMENT_SAMPLES)`."""
        count = int(self.lengths[clip]) // SEGMENT_SAMPLES
        sound = self.samples[self.rows[clip], : count * SEGMENT_SAMPLES]
        return sound.reshape(count, SEGMENT_SAMPLES)


def files(folder: Path, split: str) -> tuple[Path, Path, Path]:
    """Samples, lengths and index of `split` under `folder`."""
    return (
        folder / f"{split}.samples.npy",
        folder / f"{split}.lengths.npy",
        folder / f"{split}.index.npz",
    )


def open_split(folder: Path, name: str, *, protocol: str = "A") -> Split:
    """Open a prepared split. Raises DatasetError when it is not (wholly) prepared."""
    samples, lengths, index = files(folder, name)
    if not (samples.exists() and lengths.exists() and index.exists()):
        raise DatasetError(
            f"{folder} holds no prepared {name} split; "
            f"run: python -m ml magnatagatune (or million-song) prepare DATA {folder}"
        )
    counts = np.load(lengths)
    if (counts == 0).any():
        raise DatasetError(f"{folder}: the {name} split is only partly prepared; run it again.")
    with np.load(index) as table:
        return _select(name, protocol, table, np.load(samples, mmap_mode="r"), counts)


def _select(
    name: str,
    protocol: str,
    table: np.lib.npyio.NpzFile,
    samples: npt.NDArray[np.int16],
    counts: npt.NDArray[np.int32],
) -> Split:
    hard = table["hard"]
    kept = counts >= SEGMENT_SAMPLES
    if protocol == "A":
        kept &= hard.any(axis=1)
    rows = np.flatnonzero(kept)
    return Split(
        name=name,
        protocol=protocol,
        tags=[str(tag) for tag in table["tags"]],
        paths=_texts(table, "mp3_path", rows),
        kinds=_texts(table, "kind", rows),
        instruments=_texts(table, "instrument", rows),
        rows=rows,
        samples=samples,
        lengths=counts[rows],
        hard=hard[rows],
        soft=table["soft"][rows] if "soft" in table.files else None,
        unreadable=int((counts < 0).sum()),
        known=table["known"][rows] if "known" in table.files else None,
        sources=_texts(table, "source", rows) if "source" in table.files else [],
    )


def _texts(table: np.lib.npyio.NpzFile, name: str, rows: npt.NDArray[np.intp]) -> list[str]:
    return [str(text) for text in table[name][rows]]
