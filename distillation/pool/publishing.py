"""The pool's tables, the stand-in's clips among them: `clips.tsv` and `labels.npz`.

`scores` are the stand-in's for its clips and first vocabulary. All others are NaN: the student's
trainer asks the teachers on the device it trains on. `mask` is False where there is no label.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from distillation.clips import SOURCES, read_labels
from distillation.labelling import SEGMENTS
from distillation.networks import MILLION_SONG_TAGS
from ml.config.labels import LABEL_NAMES
from ml.data.magnatagatune.annotations import CLIPS
from ml.data.magnatagatune.protocols import split_of

from .instruments import instrument_rules, read_instruments
from .rules import EVERY, KEYS, SECOND, Rules, limits
from .store import PoolClip, read_pool, segments_of

TABLE, LABELS, CURRENT, SNAPSHOT = "clips.tsv", "labels.npz", "current", "snapshot"
COLUMNS = ("id", "path", "source", "kind", "split", "seconds", "licence")
TAGS = (*LABEL_NAMES, *MILLION_SONG_TAGS)
VOCABULARIES = (*("magnatagatune",) * len(LABEL_NAMES), *("million-song",) * len(MILLION_SONG_TAGS))
# Both folders are reached through links in the pool.
STANDIN, MORE, MANIFEST = "standin", "more", "manifest.tsv"
CLIP_S = 29.1
# What the stand-in lacks is drawn more often. One clip is a few notes again and again.
MORE_WEIGHT, LEFT_OUT = 1.5, "vocadito"
# So are the few clips in which someone sings: one in thirteen.
SUNG, SUNG_ABOVE, SUNG_WEIGHT = ("vocal", "vocals", "singing", "female", "male"), 0.35, 2.0
# What the stand-in calls the instruments of its rendered clips.
RENDERED = {"acoustic guitar": "guitar", "string orchestra": "strings", "synthesizer": "synth"}

Labels = npt.NDArray[np.float16]


def publish(pool: Path, standin: Path, more: Path) -> None:
    """Write the tables into a new folder of the pool and make `current` point to it."""
    link(pool / STANDIN, standin)
    link(pool / MORE, more)
    known = standin_scores(standin)
    clips = [*standin_clips(standin, known), *more_clips(more), *read_pool(pool)]
    folder = pool / f"{SNAPSHOT}-{1 + sum(1 for _ in pool.glob(f'{SNAPSHOT}-*')):02d}"
    folder.mkdir()
    write_labels(folder / LABELS, clips, known)
    write_table(folder / TABLE, clips)
    link(pool / CURRENT, Path(folder.name))
    print(f"{folder.name}: {len(clips)} clips")


def link(place: Path, target: Path) -> None:
    """Put a symbolic link there, in one step if there is one already."""
    beside = place.with_name(f"{place.name}.part")
    beside.symlink_to(target if place.name == CURRENT else target.resolve())
    os.replace(beside, place)


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


def standin_scores(standin: Path) -> dict[str, Labels]:
    """The first vocabulary's, by the clip's path in the pool."""
    annotations, soft = read_labels(standin)
    paths = (f"{STANDIN}/mp3/{path}" for path in annotations.paths)
    return dict(zip(paths, soft, strict=True))


def standin_clips(standin: Path, known: Mapping[str, Labels]) -> list[PoolClip]:
    """All splits; what is known of a rendered clip holds for the second vocabulary too."""
    licences = {row["source"]: row["licences_named"] for row in read_table(standin / SOURCES)}
    rules = rendered_rules()
    return [
        PoolClip(
            f"standin-{row['clip_id']}",
            path := f"{STANDIN}/mp3/{row['mp3_path']}",
            row["source"],
            f"standin-{row['kind']}",
            CLIP_S,
            licences.get(row["source"], ""),
            as_lists(rules.get(row["instrument"], {})),
            SUNG_WEIGHT if is_sung(known[path]) else 1.0,
            split_of(row["mp3_path"]),
        )
        for row in read_table(standin / CLIPS)
    ]


def is_sung(scores: Labels) -> bool:
    """Whether the teachers find someone who sings somewhere in the clip."""
    return bool(scores[:, [LABEL_NAMES.index(tag) for tag in SUNG]].max() > SUNG_ABOVE)


def rendered_rules() -> dict[str, Rules]:
    """The stand-in's name of an instrument → rules for the second vocabulary alone.

    The first vocabulary's scores have them in them already.
    """
    rules = {
        RENDERED.get(each.name, each.name): instrument_rules(each) for each in read_instruments()
    }
    second = [key for key in KEYS if key.startswith(SECOND)]
    return {
        name: {key: found.get(key, found[EVERY]) for key in second} for name, found in rules.items()
    }


def more_clips(more: Path) -> list[PoolClip]:
    """The free songs that the stand-in lacks; nothing is known of them but what teachers say."""
    return [
        PoolClip(
            f"more-{number:02d}",
            f"{MORE}/mp3/{row['file']}",
            row["repo or package"],
            MORE,
            CLIP_S,
            row["licence"],
            {},
            MORE_WEIGHT,
        )
        for number, row in enumerate(read_table(more / MANIFEST))
        if LEFT_OUT not in row["file"]
    ]


def as_lists(rules: Rules) -> dict[str, list[float] | None]:
    return {key: None if bounds is None else list(bounds) for key, bounds in rules.items()}


def write_labels(path: Path, clips: list[PoolClip], known: Mapping[str, Labels]) -> None:
    scores = np.full((len(clips), SEGMENTS, len(TAGS)), np.nan, np.float16)
    for row, clip in enumerate(clips):
        if clip.path in known:
            scores[row, :, : len(LABEL_NAMES)] = known[clip.path]
    bounds = [limits(clip.rules) for clip in clips]
    segments = np.array([segments_of(clip.seconds) for clip in clips], np.int16)
    exists = np.arange(SEGMENTS) < segments[:, None]
    np.savez_compressed(
        path,
        clip_id=[clip.id for clip in clips],
        scores=scores,
        mask=exists[..., None] & np.array([each.known for each in bounds])[:, None],
        lowest=np.array([each.lowest for each in bounds], np.float16),
        highest=np.array([each.highest for each in bounds], np.float16),
        segments=segments,
        weight=np.array([clip.weight for clip in clips], np.float32),
        tags=TAGS,
        vocabulary=VOCABULARIES,
    )


def write_table(path: Path, clips: list[PoolClip]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(clip, column) for column in COLUMNS] for clip in clips)
