"""Decode every clip once, in parallel, into one memory-mapped file a split; resumable.

An exception out of `on_progress` ends it early: what is decoded by then is kept. While a clip takes
long, `on_progress` is called with the same figures again.
"""

from __future__ import annotations

import logging
import multiprocessing
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ml.audio.reading import SEGMENT_SAMPLES, AudioError, Decoding, Samples
from ml.audio.types import FULL_SCALE

from .annotations import Annotations, DatasetError, read_annotations
from .protocols import SPLITS, members
from .split import CLIP_SAMPLES, files

logger = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
Source = TypeVar("Source")
Decode = Callable[[Source], npt.NDArray[np.int16] | None]
UNREADABLE = -1
# Written in order, so that a killed run loses at most this many clips.
FLUSH_EVERY = 64
# So long somebody who wants to stop waits for the next call, at most.
LOOK_EVERY = 1.0  # seconds


def disk_need(annotations: Annotations) -> int:
    """Bytes that the prepared splits will take."""
    return len(annotations.paths) * CLIP_SAMPLES * 2


def clip_file(folder: Path, mp3_path: str) -> Path:
    """Where a clip lies: under `folder/mp3` or, as the official zip unpacks, under `folder`."""
    nested = folder / "mp3"
    return (nested if nested.is_dir() else folder) / mp3_path


def prepare(
    folder: Path,
    out: Path,
    *,
    annotations: Annotations | None = None,
    workers: int | None = None,
    threads: bool = False,
    on_progress: Progress | None = None,
) -> dict[str, list[str]]:
    """Prepare all splits of `folder` in `out`; returns the unreadable clips of each split.

    What an earlier, interrupted run has decoded is kept. `on_progress(split, done, total)` counts
    the clips of all splits together.
    `annotations` are what another data set's folder holds; None: those of MagnaTagATune's layout.
    `threads` is for a process that may have no children: slower with many cores.
    Raises DatasetError when the disk is too small or `out` was prepared from other clips.
    """
    clips = annotations or read_annotations(folder)
    out.mkdir(parents=True, exist_ok=True)
    _check_disk(clips, out)
    unreadable, before = {}, 0
    with _pool(workers, threads) as pool:
        for split in SPLITS:
            rows = members(clips, split, "B")
            _write_index(out, split, clips, rows)
            paths = [clips.paths[row] for row in rows]
            sources = [clip_file(folder, path) for path in paths]
            counted = on_progress and partial(_counted, on_progress, before, len(clips.paths))
            lengths = decode_split(out, split, sources, decode_clip, pool, counted)
            before += len(rows)
            unreadable[split] = [paths[k] for k in np.flatnonzero(lengths == UNREADABLE)]
    return unreadable


def _counted(
    on_progress: Progress, before: int, total: int, split: str, done: int, _of_split: int
) -> None:
    on_progress(split, before + done, total)


def _pool(workers: int | None, threads: bool) -> Executor:
    if threads:
        return ThreadPoolExecutor(workers)
    # Forking a process that has started threads (torch, a test runner) may deadlock.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def decode_clip(path: Path) -> npt.NDArray[np.int16] | None:
    """A clip as int16 samples at 22,050 Hz, at most CLIP_SAMPLES.

    None when it cannot be read or holds less than one segment: such a clip is left out. One that is
    damaged in places is taken, and named in the log.
    """
    decoding = Decoding(path)
    try:
        sound: Samples = np.concatenate(list(decoding))[:CLIP_SAMPLES]
    except AudioError:
        return None
    if decoding.damage.damaged:
        logger.warning("%s is damaged in places: what can be decoded of it is used", path)
    if len(sound) < SEGMENT_SAMPLES:
        return None
    return np.rint(np.clip(sound, -1, 1) * FULL_SCALE).astype(np.int16)


def decode_split(
    out: Path,
    split: str,
    sources: Sequence[Source],
    decode: Decode[Source],
    pool: Executor,
    on_progress: Progress | None,
) -> npt.NDArray[np.int32]:
    """Decode the `sources` that are not decoded yet; returns the samples of each, or UNREADABLE."""
    samples, lengths = _open(out, split, len(sources))
    todo = [int(k) for k in np.flatnonzero(lengths == 0)]
    done = len(sources) - len(todo)

    def look() -> None:
        if on_progress:
            on_progress(split, done, len(sources))

    try:
        for k, sound in zip(todo, _results(pool, decode, sources, todo, look), strict=True):
            done += 1
            if sound is not None:
                samples[k, : len(sound)] = sound
            if done % FLUSH_EVERY == 0:
                samples.flush()
            lengths[k] = UNREADABLE if sound is None else len(sound)
            look()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    finally:
        samples.flush()
        lengths.flush()
    return lengths


def _results(
    pool: Executor,
    decode: Decode[Source],
    sources: Sequence[Source],
    todo: list[int],
    look: Callable[[], None],
) -> Iterator[npt.NDArray[np.int16] | None]:
    """In order; `look` is called each second that one is waited for."""
    # The last first, so that each is let go of once it has been taken.
    waiting = [pool.submit(decode, sources[k]) for k in todo][::-1]
    while waiting:
        while not wait(waiting[-1:], timeout=LOOK_EVERY).done:
            look()
        yield waiting.pop().result()


def _open(out: Path, split: str, clips: int) -> tuple[np.memmap, np.memmap]:
    sound, length, _ = files(out, split)
    if not (sound.exists() and length.exists()):
        _allocate(sound, np.int16, (clips, CLIP_SAMPLES))
        _allocate(length, np.int32, (clips,))
    return (
        np.lib.format.open_memmap(sound, "r+"),
        np.lib.format.open_memmap(length, "r+"),
    )


def _allocate(file: Path, kind: type[np.generic], shape: tuple[int, ...]) -> None:
    """Beside it first: a full disk leaves no file that the next attempt could not read."""
    temporary = file.with_suffix(".new")
    try:
        np.lib.format.open_memmap(temporary, "w+", kind, shape)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _write_index(
    out: Path, split: str, annotations: Annotations, rows: npt.NDArray[np.intp]
) -> None:
    index = files(out, split)[2]
    paths = [annotations.paths[row] for row in rows]
    if index.exists():
        with np.load(index) as table:
            if [str(path) for path in table["mp3_path"]] != paths:
                raise DatasetError(f"{out} was prepared from other clips; choose an empty folder.")
    table = {
        "clip_id": np.array([annotations.clip_ids[row] for row in rows]),
        "mp3_path": np.array(paths),
        "kind": np.array([annotations.kinds[row] for row in rows]),
        "instrument": np.array([annotations.instruments[row] for row in rows]),
        "source": np.array([annotations.sources[row] for row in rows]),
        "tags": np.array(annotations.tags),
        "hard": annotations.hard[rows],
    }
    if annotations.soft is not None:
        table["soft"] = annotations.soft[rows]
    temporary = index.with_suffix(".new.npz")
    np.savez_compressed(temporary, **table)
    temporary.replace(index)


def _check_disk(annotations: Annotations, out: Path) -> None:
    present = sum(path.stat().st_size for path in out.glob("*.samples.npy"))
    need = disk_need(annotations) - present
    free = shutil.disk_usage(out).free
    if need > free:
        raise DatasetError(
            f"{out} needs {need / 1e9:.1f} GB more and its disk has {free / 1e9:.1f} GB free."
        )
