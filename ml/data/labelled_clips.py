"""Recordings that people have judged, as a split: tags they affirmed, denied, or said nothing of.

The prepared form is MagnaTagATune's (ml.data.magnatagatune.split), with `known` beside `hard`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.audio.reading import SAMPLE_RATE, SEGMENT_SAMPLES, AudioError, blocks, probe
from ml.audio.segmentation import segments
from ml.audio.types import FULL_SCALE
from ml.data.magnatagatune.prepare import UNREADABLE, Progress, decode_split
from ml.data.magnatagatune.split import CLIP_SAMPLES, files

PIECES = CLIP_SAMPLES // SEGMENT_SAMPLES


@dataclass(frozen=True)
class JudgedClip:
    """One recording; `answers` says of a tag whether it fits, and of the others nothing.

    `place` gives the path of its file, which holds inside the `with` only: it may lie afar.
    """

    name: str
    place: Callable[[], AbstractContextManager[Path]]
    answers: dict[str, bool]


def prepare_judged(
    clips: Sequence[JudgedClip],
    tags: list[str],
    out: Path,
    split: str,
    *,
    on_progress: Progress | None = None,
) -> list[str]:
    """Prepare `clips` as `split` in `out`; returns the names of the unreadable ones.

    What an earlier, interrupted run with the same clips has decoded is kept.
    """
    out.mkdir(parents=True, exist_ok=True)
    _write_index(clips, tags, files(out, split)[2])
    with ThreadPoolExecutor() as pool:
        lengths = decode_split(out, split, clips, _decode, pool, on_progress)
    return [clip.name for clip, length in zip(clips, lengths, strict=True) if length == UNREADABLE]


def excerpt(path: Path) -> npt.NDArray[np.int16] | None:
    """Ten segments spread evenly over a recording, or all of a shorter one; int16 `(time,)`.

    People judge the whole of it, so its beginning alone would not do. None: it cannot be read.
    """
    try:
        seconds = probe(path).duration or 0
        whole = int(seconds * SAMPLE_RATE) // SEGMENT_SAMPLES
        places = np.linspace(0, max(whole, PIECES) - 1, PIECES).round().astype(int)
        wanted = frozenset(places.tolist())
        cut = enumerate(segments(blocks(path)))
        kept = [sound for place, sound in cut if place in wanted]
    except AudioError:
        return None
    if not kept:
        return None
    return np.rint(np.clip(np.concatenate(kept), -1, 1) * FULL_SCALE).astype(np.int16)


def _decode(clip: JudgedClip) -> npt.NDArray[np.int16] | None:
    try:
        with clip.place() as path:
            return excerpt(path)
    except FileNotFoundError:
        return None


def _write_index(clips: Sequence[JudgedClip], tags: list[str], index: Path) -> None:
    names = np.array([clip.name for clip in clips])
    nothing = np.full(len(clips), "")
    answers = [[clip.answers.get(tag) for tag in tags] for clip in clips]
    beside = index.with_suffix(".new.npz")
    np.savez_compressed(
        beside,
        clip_id=names,
        mp3_path=names,
        kind=nothing,
        instrument=nothing,
        tags=np.array(tags),
        hard=np.array([[answer is True for answer in row] for row in answers], dtype=np.uint8),
        known=np.array([[answer is not None for answer in row] for row in answers]),
    )
    beside.replace(index)
