"""The extended data set: every clip of the stand-in, and the new ones on the train side."""

from __future__ import annotations

import csv
import shutil
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ml.config.labels import LABEL_NAMES
from ml.data.magnatagatune.annotations import ANNOTATIONS, CLIPS, SOFT_LABELS, Annotations
from ml.data.magnatagatune.protocols import SPLITS, members

from .clips import MP3, SOURCES, NewClip, read_labels, read_new
from .packages import read_packages

QUANTILE, ENOUGH = 0.2, 5
# Where a tag has too few clips to go by: as many as the best hundredth.
QUANTILE_OF_ALL = 0.99
LEAST_TAGS = 2

Means = npt.NDArray[np.float64]
Marks = npt.NDArray[np.uint8]


def usable(clips: list[NewClip], left_out: set[str]) -> list[NewClip]:
    """Without those left out and those made of them."""
    return [clip for clip in clips if not left_out & {clip.file, *clip.made_of}]


def threshold(means: Means, has: npt.NDArray[np.bool_]) -> float:
    """The mean score from which on a clip has a tag, by the clips that have it already."""
    if has.sum() < ENOUGH:
        return float(np.quantile(means, QUANTILE_OF_ALL))
    return float(np.quantile(means[has], QUANTILE))


def hard_labels(mean: Means, thresholds: Means) -> Marks:
    """The tags that reach their threshold; at least the two that come nearest to it."""
    ratio = mean / thresholds
    has = ratio >= 1
    has[np.argsort(-ratio, kind="stable")[:LEAST_TAGS]] = True
    return has.astype(np.uint8)


def train_path(number: int, clip: NewClip) -> str:
    """Where the clip goes: all clips of a song into one of the train folders."""
    folders = SPLITS["train"]
    folder = folders[zlib.crc32((clip.song or clip.file).encode()) % len(folders)]
    return f"{folder}/x{number}_{clip.file}"


def assemble(standin: Path, clips: Path, out: Path, leave_out: Path | None) -> None:
    """Write the new folder `out` in MagnaTagATune's layout, the stand-in's sound as links."""
    out.mkdir(parents=True)
    old, soft = read_labels(standin)
    new = usable(read_new(clips), set(leave_out.read_text().split()) if leave_out else set())
    first = max(map(int, old.clip_ids)) + 1
    ids = [*old.clip_ids, *map(str, range(first, first + len(new)))]
    added = [train_path(number, clip) for number, clip in enumerate(new, first)]
    for path in old.paths:
        place(out / MP3 / path).symlink_to((standin / MP3 / path).resolve())
    for path, clip in zip(added, new, strict=True):
        shutil.copyfile(clips / MP3 / clip.file, place(out / MP3 / path))
    paths = [*old.paths, *added]
    hard = np.vstack([old.hard, labels(old, soft, new)])
    write_annotations(out / ANNOTATIONS, ids, hard, paths)
    scores = np.concatenate([soft, np.array([clip.scores for clip in new], np.float16)])
    numbers = np.array(ids, np.int64)
    np.savez_compressed(
        out / SOFT_LABELS, scores=scores, tags=LABEL_NAMES, clip_id=numbers, mp3_path=paths
    )
    rows = zip(ids[len(old.paths) :], added, new, strict=True)
    lines = [(k, path, clip.source, clip.kind, "", clip.offset_s) for k, path, clip in rows]
    for name, more in ((CLIPS, lines), (SOURCES, sources(new))):
        text = "".join("\t".join(map(str, line)) + "\n" for line in more)
        (out / name).write_text((standin / name).read_text() + text)
    shutil.copyfile(Path(__file__).with_name("README.md"), out / "README.md")


def place(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def labels(old: Annotations, soft: npt.NDArray[np.float16], new: list[NewClip]) -> Marks:
    """The new clips' hard labels, by thresholds of the stand-in's recorded train clips."""
    recorded = [row for row in members(old, "train", "B") if old.kinds[row] == "recorded"]
    means, has = soft[recorded].mean(1, np.float64), old.hard[recorded].astype(bool)
    limits = np.array([threshold(*columns) for columns in zip(means.T, has.T, strict=True)])
    return np.array([hard_labels(clip.scores.mean(0, np.float64), limits) for clip in new])


def write_annotations(table: Path, ids: list[str], hard: Marks, paths: list[str]) -> None:
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(["clip_id", *LABEL_NAMES, "mp3_path"])
        writer.writerows([k, *marks, path] for k, marks, path in zip(ids, hard, paths, strict=True))


def sources(clips: list[NewClip]) -> list[tuple[str, int, str, str]]:
    """What the new clips add to sources.tsv: source, clips, where it comes from, licences."""
    licences = {package.name: package.licences for package in read_packages()}
    count = Counter(clip.source if clip.kind == "recorded" else clip.kind for clip in clips)
    return [
        (name, n, f"Debian package {name}", f"see its copyright file: {licences[name]}")
        if name in licences
        else (name, n, "made of train clips", "as the clips it is made of")
        for name, n in count.most_common()
    ]
