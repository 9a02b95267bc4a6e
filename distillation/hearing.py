"""What the teachers hear in the pool's clips: on a GPU where there is one, mel spectra on all cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from distillation.clips import Sound
from distillation.labelling import Teachers, windows

BATCH_CLIPS = 32
# Windows of a clip: as numbers that travel quickly between processes.
Windows = npt.NDArray[np.float16]
Read = Callable[[int], Sound]
Labels = npt.NDArray[np.float16]

# Set in the parent before it forks: functions do not travel to worker processes, memory does.
_read: Read
_segments: npt.NDArray[np.int16]


def fill(scores: Labels, segments: npt.NDArray[np.int16], read: Read, weights: Path) -> int:
    """Ask the teachers about every clip that has no score somewhere; returns how many clips.

    `scores` `(clips, 10, 100)` is changed in place: where it is NaN in an existing segment, and
    nowhere else. `read` gives a row's sound at 16 kHz, mono, and runs in other processes.
    """
    global _read, _segments
    exists = np.arange(scores.shape[1]) < segments[:, None]
    missing = np.flatnonzero((np.isnan(scores).any(2) & exists).any(1))
    if not len(missing):
        return 0
    _read, _segments = read, segments
    # Forked before the first use of the GPU, which does not survive a fork.
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as workers:
        teachers = Teachers(weights, "cuda" if torch.cuda.is_available() else "cpu")
        heard = zip(missing, workers.imap(listen, missing, chunksize=8), strict=True)
        for rows, frames in batches(heard):
            note(scores, segments, rows, teachers.label_windows(frames))
    return len(missing)


def listen(row: int) -> Windows:
    """The log-mel windows of a clip's segments; they are rounded to half precision anyway."""
    torch.set_num_threads(1)
    return windows(_read(row), int(_segments[row])).astype(np.float16)


def batches(heard: Iterator[tuple[int, Windows]]) -> Iterator[tuple[list[int], Windows]]:
    """Several clips' windows behind each other."""
    rows: list[int] = []
    parts: list[Windows] = []
    for row, frames in heard:
        rows.append(int(row))
        parts.append(frames)
        if len(rows) == BATCH_CLIPS:
            yield rows, np.concatenate(parts)
            rows, parts = [], []
    if rows:
        yield rows, np.concatenate(parts)


def note(
    scores: Labels, segments: npt.NDArray[np.int16], rows: list[int], found: npt.NDArray[np.float32]
) -> None:
    """Write the scores `(windows, 100)` where the clips have none yet."""
    start = 0
    for row in rows:
        count = int(segments[row])
        mine, place = found[start : start + count], scores[row, :count]
        place[np.isnan(place)] = mine[np.isnan(place)]
        start += count


def bounded(scores: Labels, lowest: Labels, highest: Labels) -> Labels:
    """The scores `(clips, 10, 100)` within what is known of each clip, `(clips, 100)`."""
    bounds = (each[:, None].astype(np.float32) for each in (lowest, highest))
    return np.clip(scores.astype(np.float32), *bounds).astype(np.float16)


def finish(labels: Path, read: Read, weights: Path, out: Path) -> int:
    """Complete a `labels.npz` that `publish` wrote: no score is missing and all are within bounds."""
    with np.load(labels) as file:
        arrays = dict(file)
    heard = fill(arrays["scores"], arrays["segments"], read, weights)
    arrays["scores"] = bounded(arrays["scores"], arrays["lowest"], arrays["highest"])
    np.savez_compressed(out, **arrays)
    return heard
