"""Recordings labelled by people, as a split: tags they accepted, rejected, or did not label.

The prepared form is MagnaTagATune's (ml.data.magnatagatune.split), with `known` beside `hard`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event

import numpy as np
import numpy.typing as npt

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES, AudioError, blocks, probe
from ml.audio.segmentation import segments
from ml.audio.types import FULL_SCALE
from ml.data.magnatagatune.annotations import read_annotations
from ml.data.magnatagatune.prepare import UNREADABLE, Progress, clip_file, decode_split
from ml.data.magnatagatune.protocols import members
from ml.data.magnatagatune.split import CLIP_SAMPLES, files

EXCERPT_SEGMENTS = CLIP_SAMPLES // SEGMENT_SAMPLES


@dataclass(frozen=True)
class LabelledClip:
    """One recording; `labels` says whether a tag fits; tags it lacks are not known.

    `local_file` gives a path of its file, valid inside the `with` only: it may be stored remotely.
    """

    name: str
    local_file: Callable[[], AbstractContextManager[Path]]
    labels: dict[str, bool]


def some_of_data_set(folder: Path, split: str, most: int) -> tuple[list[LabelledClip], list[str]]:
    """Up to `most` clips of one of a data set's splits, spread evenly over it; and all its tags.

    Nothing needs to be prepared for it. Raises DatasetError.
    """
    known = read_annotations(folder)
    rows = members(known, split, "A")
    chosen = np.linspace(0, len(rows) - 1, min(most, len(rows))).round().astype(int)
    clips = [
        LabelledClip(
            known.paths[row],
            partial(_as_it_lies, clip_file(folder, known.paths[row])),
            dict(zip(known.tags, known.hard[row].astype(bool).tolist(), strict=True)),
        )
        for row in rows[chosen]
    ]
    return clips, known.tags


def _as_it_lies(path: Path) -> AbstractContextManager[Path]:
    return nullcontext(path)


def prepare_labelled_clips(
    clips: Sequence[LabelledClip],
    tags: list[str],
    out: Path,
    split: str,
    *,
    on_progress: Progress | None = None,
) -> list[str]:
    """Prepare `clips` as `split` in `out`; returns the names of the unreadable ones.

    What an earlier, interrupted run with the same clips has decoded is kept. Raises OSError when
    the disk is full.
    """
    out.mkdir(parents=True, exist_ok=True)
    _write_index(clips, tags, files(out, split)[2])
    ended = Event()
    with ThreadPoolExecutor() as pool:
        decode = partial(_decode, should_stop=ended.is_set)
        try:
            lengths = decode_split(out, split, clips, decode, pool, on_progress)
        finally:
            # Nobody waits for the rest of a long recording that is being decoded.
            ended.set()
    return [clip.name for clip, length in zip(clips, lengths, strict=True) if length == UNREADABLE]


def excerpt(
    path: Path, *, should_stop: Callable[[], bool] = lambda: False
) -> npt.NDArray[np.int16] | None:
    """Ten segments spread evenly over a recording, or all of a shorter one; int16 `(time,)`.

    People label the whole of it, so its beginning alone would not do. None: it cannot be read, or
    `should_stop` returned True.
    """
    try:
        seconds = probe(path).duration or 0
        whole = int(seconds * SAMPLE_RATE) // SEGMENT_SAMPLES
        places = (
            np.linspace(0, max(whole, EXCERPT_SEGMENTS) - 1, EXCERPT_SEGMENTS).round().astype(int)
        )
        wanted = frozenset(places.tolist())
        cut = enumerate(segments(blocks(path)))
        kept = []
        for place, sound in cut:
            if should_stop():
                return None
            if place in wanted:
                kept.append(sound)
    except AudioError:
        return None
    if not kept:
        return None
    return np.rint(np.clip(np.concatenate(kept), -1, 1) * FULL_SCALE).astype(np.int16)


def _decode(clip: LabelledClip, *, should_stop: Callable[[], bool]) -> npt.NDArray[np.int16] | None:
    try:
        with clip.local_file() as path:
            return excerpt(path, should_stop=should_stop)
    except FileNotFoundError:
        return None


def _write_index(clips: Sequence[LabelledClip], tags: list[str], index: Path) -> None:
    names = np.array([clip.name for clip in clips])
    unknown = np.full(len(clips), "")
    labels = [[clip.labels.get(tag) for tag in tags] for clip in clips]
    temporary = index.with_suffix(".new.npz")
    np.savez_compressed(
        temporary,
        clip_id=names,
        mp3_path=names,
        kind=unknown,
        instrument=unknown,
        tags=np.array(tags),
        hard=np.array([[label is True for label in row] for row in labels], dtype=np.uint8),
        known=np.array([[label is not None for label in row] for row in labels]),
    )
    temporary.replace(index)
