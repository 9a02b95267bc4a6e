"""What the student is told about each clip: soft scores a segment, known hard labels, how often.

On disk a score takes 8 bits, as its square root: small probabilities, of which most of a teacher's
knowledge consists, keep two digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

STEPS, UNKNOWN = 254, 255
# Beside the targets: the mel filters of the teachers' ears, for a machine without librosa.
MEL = "mel.npy"


@dataclass(frozen=True)
class Targets:
    """The clips of all splits, in one order.

    `names`, `splits` ("train", "validation" or "test"), `kinds`, `segments` (how many whole ones),
    `chances` (how often a clip is drawn, against 1) and `weights` (how much its loss counts) are
    `(clips,)`. `scores` float32 `(all segments, tags)`, clip after clip, NaN where no teacher has
    been asked yet; `counts`, bool of the same shape, says where they are to be learnt.
    `lowest` and `highest` float32 `(clips, tags)` are what is known of the clips themselves.
    `hard` int8 `(clips, tags)`: 1, 0, or -1 where nobody knows.
    """

    tags: list[str]
    names: list[str]
    splits: list[str]
    kinds: list[str]
    segments: npt.NDArray[np.int64]
    chances: npt.NDArray[np.float32]
    weights: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32]
    counts: npt.NDArray[np.bool_]
    lowest: npt.NDArray[np.float32]
    highest: npt.NDArray[np.float32]
    hard: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.names)

    def rows(self) -> npt.NDArray[np.int64]:
        """The first row of each clip in `scores`, `(clips,)`."""
        return np.asarray(np.cumsum(self.segments) - self.segments, dtype=np.int64)

    def bounded(self) -> npt.NDArray[np.float32]:
        """The scores within what is known of their clips, NaN where they do not count."""
        low, high = (np.repeat(each, self.segments, 0) for each in (self.lowest, self.highest))
        return np.where(self.counts, np.clip(self.scores, low, high), np.nan).astype(np.float32)

    def save(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            file,
            tags=np.array(self.tags),
            names=np.array(self.names),
            splits=np.array(self.splits),
            kinds=np.array(self.kinds),
            segments=self.segments,
            chances=self.chances,
            weights=self.weights,
            codes=to_codes(self.scores),
            counts=np.packbits(self.counts),
            lowest=to_codes(self.lowest),
            highest=to_codes(self.highest),
            hard=self.hard,
        )


def load_targets(file: Path) -> Targets:
    with np.load(file) as table:
        scores = from_codes(table["codes"])
        counts = np.unpackbits(table["counts"], count=scores.size).reshape(scores.shape)
        return Targets(
            tags=[str(tag) for tag in table["tags"]],
            names=[str(name) for name in table["names"]],
            splits=[str(split) for split in table["splits"]],
            kinds=[str(kind) for kind in table["kinds"]],
            segments=table["segments"].astype(np.int64),
            chances=table["chances"].astype(np.float32),
            weights=table["weights"].astype(np.float32),
            scores=scores,
            counts=counts.astype(bool),
            lowest=from_codes(table["lowest"]),
            highest=from_codes(table["highest"]),
            hard=table["hard"].astype(np.int8),
        )


def to_codes(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    known = ~np.isnan(scores)
    codes = np.full(scores.shape, UNKNOWN, np.uint8)
    codes[known] = np.rint(np.sqrt(np.clip(scores[known], 0, 1)) * STEPS).astype(np.uint8)
    return codes


def from_codes(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    scores = np.square(codes / np.float32(STEPS), dtype=np.float32)
    scores[codes == UNKNOWN] = np.nan
    return scores
