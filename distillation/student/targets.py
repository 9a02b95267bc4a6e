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


@dataclass(frozen=True)
class Targets:
    """The clips of all splits, in one order.

    `names`, `splits` ("train" or "validation"), `kinds`, `segments` (how many whole ones),
    `chances` (how often a clip is drawn, against 1) and `weights` (how much its loss counts) are
    `(clips,)`. `scores` float32 `(all segments, tags)`, clip after clip, NaN where nobody knows.
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
    hard: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.names)

    def rows(self) -> npt.NDArray[np.int64]:
        """The first row of each clip in `scores`, `(clips,)`."""
        return np.asarray(np.cumsum(self.segments) - self.segments, dtype=np.int64)

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
            hard=self.hard,
        )


def load_targets(file: Path) -> Targets:
    with np.load(file) as table:
        return Targets(
            tags=[str(tag) for tag in table["tags"]],
            names=[str(name) for name in table["names"]],
            splits=[str(split) for split in table["splits"]],
            kinds=[str(kind) for kind in table["kinds"]],
            segments=table["segments"].astype(np.int64),
            chances=table["chances"].astype(np.float32),
            weights=table["weights"].astype(np.float32),
            scores=from_codes(table["codes"]),
            hard=table["hard"].astype(np.int8),
        )


def to_codes(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    known = ~np.isnan(scores)
    codes = np.full(scores.shape, UNKNOWN, np.uint8)
    codes[known] = np.rint(np.sqrt(np.clip(scores[known], 0, 1)) * STEPS).astype(np.uint8)
    return codes


def from_codes(codes: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    scores = (codes.astype(np.float32) / STEPS) ** 2
    scores[codes == UNKNOWN] = np.nan
    return scores
