"""The published split: 16 folders named by a hexadecimal digit, 12 / 1 / 3.

All clips of one track share a folder, so no track is on both sides.
Protocol A keeps the clips that have at least one of the tags (Lee et al., 2017; Kim et al., 2018;
Won et al., 2020), protocol B keeps all of them (Pons et al., 2018; CLMR; MARBLE). The same network
scores lower under B: results of the two must never share a column.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .annotations import Annotations, DatasetError

SPLITS = {"train": "0123456789ab", "validation": "c", "test": "def"}
PROTOCOLS = ("A", "B")


def split_of(mp3_path: str) -> str:
    """The split a clip belongs to, by its folder. Raises DatasetError for any other folder."""
    for name, folders in SPLITS.items():
        if mp3_path[:1] in folders and mp3_path[1:2] == "/":
            return name
    raise DatasetError(f"{mp3_path} lies in none of the folders 0 to f.")


def members(annotations: Annotations, split: str, protocol: str) -> npt.NDArray[np.intp]:
    """Rows of `annotations` that are in `split` under `protocol` ("A" or "B")."""
    if split not in SPLITS:
        raise DatasetError(f"There is no split {split!r}; it is one of {', '.join(SPLITS)}.")
    if protocol not in PROTOCOLS:
        raise DatasetError(f"There is no protocol {protocol!r}; it is A or B.")
    belongs = annotations.splits or [split_of(path) for path in annotations.paths]
    inside = np.array([name == split for name in belongs])
    if protocol == "A":
        inside &= annotations.hard.any(axis=1)
    return np.flatnonzero(inside)
