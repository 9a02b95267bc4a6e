"""The pool's tables, the stand-in's clips among them: `clips.tsv` and `labels.npz`."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from ml.labels import LABEL_NAMES
from ml.magnatagatune.annotations import CLIPS
from ml.magnatagatune.splits import split_of

from distillation.clips import SOURCES, read_labels
from distillation.hearing import bounded, fill
from distillation.instruments import INSTRUMENTS, rules
from distillation.labelling import SEGMENTS
from distillation.pool import (
    SECOND,
    TAGS,
    VOCABULARIES,
    PoolClip,
    decode,
    limits,
    read_pool,
    segments_of,
)

TABLE, LABELS, CURRENT, STANDIN, HEARD = (
    "clips.tsv",
    "labels.npz",
    "current",
    "standin",
    "teachers.npz",
)
COLUMNS = ("id", "path", "source", "kind", "split", "seconds", "licence")
MORE, MANIFEST = "more", "manifest.tsv"
CLIP_S = 29.1
# What the stand-in lacks is drawn more often. One clip is a few notes again and again.
MORE_WEIGHT, SOLO = 1.5, "vocadito"
# So are the few clips in which someone sings: one in thirteen.
SUNG, SUNG_ABOVE, SUNG_WEIGHT = ("vocal", "vocals", "singing", "female", "male"), 0.35, 2.0
# The stand-in's rendered clips: what it calls their instruments.
RENDERED = {"guitar": "acoustic guitar", "strings": "string orchestra", "synth": "synthesizer"}


def standin_clips(standin: Path) -> list[PoolClip]:
    """The stand-in's clips as the pool's: what is known of a rendered one holds for both."""
    with (standin / SOURCES).open(encoding="utf-8", newline="") as stream:
        licences = {
            row["source"]: row["licences_named"] for row in csv.DictReader(stream, delimiter="\t")
        }
    with (standin / CLIPS).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return [
        PoolClip(
            f"standin-{row['clip_id']}", f"{STANDIN}/mp3/{row['mp3_path']}", row["source"],
            f"standin-{row['kind']}", CLIP_S, licences.get(row["source"], ""),
            rendered(row["instrument"]), 1.0, split_of(row["mp3_path"]),
        )
        for row in rows
    ]  # fmt: skip


def more_clips(more: Path) -> list[PoolClip]:
    """The free songs that the stand-in lacks; the networks' labels alone."""
    with (more / MANIFEST).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return [
        PoolClip(
            f"more-{number:02d}", f"{MORE}/mp3/{row['file']}", row["repo or package"], MORE, CLIP_S,
            row["licence"], {}, MORE_WEIGHT,
        )
        for number, row in enumerate(rows)
        if SOLO not in row["file"]
    ]  # fmt: skip


def rendered(name: str) -> dict[str, list[float] | None]:
    """The second vocabulary's rules; the first one's scores have them in them."""
    for instrument in INSTRUMENTS:
        if name and instrument.name == RENDERED.get(name, name):
            found = {
                key: bounds for key, bounds in rules(instrument).items() if key.startswith(SECOND)
            }
            every = rules(instrument)["*"]
            whole = {SECOND + tag: every for tag in TAGS[len(LABEL_NAMES) :]} | found
            return {key: None if bounds is None else list(bounds) for key, bounds in whole.items()}
    return {}


class Table(NamedTuple):
    clips: list[PoolClip]
    scores: npt.NDArray[np.float16]
    segments: npt.NDArray[np.int16]


def table(pool: Path, standin: Path, more: Path) -> Table:
    """Every clip with the scores that are known; the others are NaN."""
    clips = [*standin_clips(standin), *more_clips(more), *read_pool(pool)]
    scores = np.full((len(clips), SEGMENTS, len(TAGS)), np.nan, np.float16)
    annotations, soft = read_labels(standin)
    known = dict(zip(annotations.paths, soft, strict=True))
    heard = read_heard(pool)
    for row, clip in enumerate(clips):
        if clip.id in heard:
            scores[row] = heard[clip.id]
        if clip.path.startswith(STANDIN):
            scores[row, :, : len(LABEL_NAMES)] = known[clip.path.removeprefix(f"{STANDIN}/mp3/")]
        if clip.split == "train" and clip.kind == f"{STANDIN}-recorded" and is_sung(scores[row]):
            clips[row] = clip._replace(weight=SUNG_WEIGHT)
    segments = np.array([segments_of(clip.seconds) for clip in clips], np.int16)
    return Table(clips, scores, segments)


def is_sung(scores: npt.NDArray[np.float16]) -> bool:
    """Whether the teachers hear someone sing somewhere in the clip."""
    sung = [LABEL_NAMES.index(tag) for tag in SUNG]
    return bool(scores[:, sung].max() > SUNG_ABOVE)


def read_heard(pool: Path) -> dict[str, npt.NDArray[np.float16]]:
    if not (pool / HEARD).exists():
        return {}
    with np.load(pool / HEARD) as file:
        return dict(zip(file["clip_id"].tolist(), file["scores"], strict=True))


def label(pool: Path, standin: Path, more: Path, weights: Path) -> None:
    """Ask the teachers about what they have not heard yet."""
    clips, scores, segments = table(pool, standin, more)
    count = fill(scores, segments, lambda row: decode(pool / clips[row].path), weights)
    write(pool / HEARD, clip_id=[clip.id for clip in clips], scores=scores)
    print(f"{count} clips heard")


def write(path: Path, **arrays: npt.ArrayLike) -> None:
    """All or nothing."""
    beside = path.with_name(f"{path.stem}.part.npz")
    np.savez_compressed(beside, **arrays)
    beside.replace(path)


def publish(pool: Path, standin: Path, more: Path) -> None:
    """Write a new snapshot and point `current` to it."""
    clips, scores, segments = table(pool, standin, more)
    bounds = [limits(clip.rules) for clip in clips]
    lowest, highest, known = (np.array([each[part] for each in bounds]) for part in range(3))
    exists = np.arange(SEGMENTS) < segments[:, None]
    number = 1 + sum(1 for _ in pool.glob("snapshot-*"))
    folder = pool / f"snapshot-{number:02d}"
    folder.mkdir()
    write(
        folder / LABELS,
        clip_id=[clip.id for clip in clips],
        scores=bounded(scores, lowest, highest),
        mask=exists[..., None] & known[:, None],
        segments=segments,
        weight=np.array([clip.weight for clip in clips], np.float32),
        lowest=lowest.astype(np.float16),
        highest=highest.astype(np.float16),
        tags=TAGS,
        vocabulary=VOCABULARIES,
    )
    with (folder / TABLE).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(clip, column) for column in COLUMNS] for clip in clips)
    link = pool / f"{CURRENT}.part"
    link.symlink_to(folder.name)
    os.replace(link, pool / CURRENT)
    missing = int((np.isnan(scores).any(2) & exists).any(1).sum())
    print(f"{folder.name}: {len(clips)} clips, {missing} not heard by all teachers yet")
