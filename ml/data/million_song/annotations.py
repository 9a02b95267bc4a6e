"""The published split of the Million Song Dataset, its fifty tags, and the previews that are here.

The split is that of Lee, Park, Kim and Nam (SMC 2017, `MSD_split` of the authors' data-set splits),
which the papers on SE and ReSE networks use: Choi's (ISMIR 2016) without previews below 29.1 s.
Clips with one of the fifty tags alone are in it, so that protocols A and B are the same clips.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.config.labels import MILLION_SONG, MILLION_SONG_PREFIX
from ml.data.magnatagatune.annotations import Annotations, DatasetError
from ml.data.magnatagatune.prepare import clip_file

from .pickles import read_pickle

TRAIN_LIST, TEST_LIST = "filtered_list_train.cP", "filtered_list_test.cP"
PATHS, NUMBERS = "7D_id_to_path.pkl", "MSD_id_to_7D_id.pkl"
VECTORS, TAG_LIST = "msd_id_to_tag_vector.cP", "50tagList.txt"
# Of the list of training and validation, the first are for training.
TRAIN_CLIPS = 201_680
# The published counts, by split.
PUBLISHED = {"train": TRAIN_CLIPS, "validation": 11_774, "test": 28_435}


def read_million_song(folder: Path, *, present_only: bool = True) -> Annotations:
    """The clips of the published split, in its order, with the fifty tags.

    `present_only` leaves out those whose preview is not in `folder`/mp3 or `folder`. Labels have
    the names they have in the second vocabulary (`ml.config.labels.MILLION_SONG`).
    Raises DatasetError for a file that is missing or not what it should be, and where there is no
    preview at all.
    """
    tags = _read_tags(folder / TAG_LIST)
    paths = _Paths(folder)
    vectors = _dictionary(folder / VECTORS)
    ids: list[str] = []
    files: list[str] = []
    splits: list[str] = []
    for split, clip_id in _listed(folder):
        path = paths.of(clip_id)
        if present_only and (path is None or not clip_file(folder, path).is_file()):
            continue
        ids.append(clip_id)
        # By its id where none is named: it is missing in any case.
        files.append(path or clip_id)
        splits.append(split)
    if not ids:
        raise DatasetError(
            f"None of the split's previews is in {folder}: they lie under mp3 by the paths of "
            f"{PATHS}, as 8/9/8947470.clip.mp3."
        )
    hard = np.stack([_vector(vectors, clip_id, len(tags)) for clip_id in ids])
    blank = [""] * len(ids)
    return Annotations(ids, files, tags, hard, None, blank, blank, blank, splits)


class _Paths:
    """Where the preview of a song lies: by its number at 7digital."""

    def __init__(self, folder: Path) -> None:
        self._numbers, self._paths = _dictionary(folder / NUMBERS), _dictionary(folder / PATHS)

    def of(self, clip_id: str) -> str | None:
        """The preview's path under the folder, None where none is named."""
        path = self._paths.get(_text(self._numbers.get(clip_id, "")))
        if path is None:
            return None
        name = PurePosixPath(_text(path))
        if name.is_absolute() or ".." in name.parts:
            raise DatasetError(f"{PATHS} names {str(name)!r}, which is no path below the folder.")
        return str(name)


def _listed(folder: Path) -> Iterator[tuple[str, str]]:
    """Split and id of each clip."""
    first, last = _list(folder / TRAIN_LIST), _list(folder / TEST_LIST)
    if len(first) <= TRAIN_CLIPS:
        raise DatasetError(
            f"{folder / TRAIN_LIST} holds {len(first):,} clips; the published list holds more than "
            f"{TRAIN_CLIPS:,}, of which the first are for training, the others for validation."
        )
    for place, clip_id in enumerate(first):
        yield ("train" if place < TRAIN_CLIPS else "validation"), clip_id
    for clip_id in last:
        yield "test", clip_id


def _list(path: Path) -> list[str]:
    values = read_pickle(path)
    if not isinstance(values, list) or not all(isinstance(one, str | bytes) for one in values):
        raise DatasetError(f"{path} is no list of clips.")
    return [_text(one) for one in values]


def _dictionary(path: Path) -> Mapping[str, Any]:
    values = read_pickle(path)
    if not isinstance(values, dict):
        raise DatasetError(f"{path} is no dictionary by clips.")
    return {_text(key): value for key, value in values.items()}


def _text(value: object) -> str:
    return value.decode("latin1") if isinstance(value, bytes) else str(value)


def _read_tags(path: Path) -> list[str]:
    """Tags in the vectors' order, by the names of the second vocabulary."""
    known = {label.name.casefold(): label.name for label in MILLION_SONG}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path} is no text.") from error
    names = [MILLION_SONG_PREFIX + line.strip() for line in lines if line.strip()]
    if not names or len(set(names)) < len(names):
        raise DatasetError(f"{path} is no list of tags, one a line.")
    return [known.get(name.casefold(), name) for name in names]


def _vector(vectors: Mapping[str, Any], clip_id: str, size: int) -> npt.NDArray[np.uint8]:
    """`(tags,)`, of which the file has columns `(tags, 1)` of floats."""
    vector = vectors.get(clip_id)
    if vector is None:
        raise DatasetError(f"{VECTORS} has no tags for {clip_id}.")
    values = np.ravel(vector)
    fits = values.shape == (size,) and values.dtype.kind in "biuf"
    if not fits or not ((values == 0) | (values == 1)).all():
        raise DatasetError(f"{VECTORS} has no {size} tags, each 0 or 1, for {clip_id}.")
    return values.astype(np.uint8)
