"""The labels of each clip: annotations_final.csv and, where there is one, soft_labels.npz.

The top tags are the most frequent columns; synonyms stay apart, as in every published result.
"""

from __future__ import annotations

import codecs
import csv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np
import numpy.typing as npt

TOP_TAGS = 50
SOFT_LABELS = "soft_labels.npz"
CLIPS = "clips.tsv"
ANNOTATIONS = "annotations_final.csv"


class DatasetError(ValueError):
    """A data set that is missing, incomplete or contradicts itself; str() says what to do."""


@dataclass(frozen=True)
class Annotations:
    """All clips of a data set: `hard` is uint8 `(clips, tags)`.

    `soft` is float16 `(clips, segments, tags)`, one row for every 59,049 samples, or None.
    `kinds` says how a clip was made ("recorded", "rendered"…) and `instruments` what alone plays in
    it, `sources` what it was taken from; they are empty where a data set's clips.tsv does not say.
    `splits` names each clip's split where the data set lists them; else its folder says it.
    """

    clip_ids: list[str]
    paths: list[str]
    tags: list[str]
    hard: npt.NDArray[np.uint8]
    soft: npt.NDArray[np.float16] | None
    kinds: list[str]
    instruments: list[str]
    sources: list[str]
    splits: list[str] = field(default_factory=list)


def read_annotations(folder: Path, *, top: int = TOP_TAGS) -> Annotations:
    """Read `folder`'s annotations, keeping its `top` most frequent tags in their own order.

    Raises DatasetError when a file is missing or has another shape than MagnaTagATune's.
    """
    clip_ids, paths, names, matrix = _read_table(folder / ANNOTATIONS)
    kept = most_frequent(matrix, top)
    tags = [names[column] for column in kept]
    soft = folder / SOFT_LABELS
    scores = _read_soft(soft, paths, tags) if soft.exists() else None
    told = _read_clips(folder / CLIPS, paths)
    return Annotations(clip_ids, paths, tags, matrix[:, kept], scores, *told)


def most_frequent(matrix: npt.NDArray[np.uint8], top: int) -> list[int]:
    """Columns of the `top` largest sums, in column order; ties go to the earlier column."""
    order = np.argsort(-matrix.sum(0, dtype=np.int64), kind="stable")
    return sorted(int(column) for column in order[:top])


def open_table(path: Path) -> TextIO:
    """A table as the projects publish it (UTF-8), or as a spreadsheet has saved it since: with a
    byte order mark, or as "Unicode text", which is UTF-16.
    """
    with path.open("rb") as content:
        utf_16 = content.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return path.open(encoding="utf-16" if utf_16 else "utf-8-sig", newline="")


def _read_table(
    path: Path,
) -> tuple[list[str], list[str], list[str], npt.NDArray[np.uint8]]:
    try:
        with open_table(path) as stream:
            header, *rows = filter(None, csv.reader(stream, delimiter="\t"))
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, csv.Error) as error:
        raise DatasetError(f"{path} is empty or no text.") from error
    if header[0] != "clip_id" or header[-1] != "mp3_path" or not rows:
        raise DatasetError(f"{path} is no MagnaTagATune table (clip_id, tags…, mp3_path).")
    width = len(header)
    if any(len(row) != width for row in rows):
        raise DatasetError(f"{path} has rows that are not {width} fields wide; fetch it again.")
    unclear = {field for row in rows for field in row[1:-1]} - {"0", "1"}
    if unclear:
        raise DatasetError(f"{path} says {min(unclear)[:40]!r} of a tag, where 0 or 1 must stand.")
    matrix = np.array([row[1:-1] for row in rows]).astype(np.uint8)
    return [row[0] for row in rows], [row[-1] for row in rows], header[1:-1], matrix


def _read_soft(path: Path, paths: list[str], tags: list[str]) -> npt.NDArray[np.float16]:
    with np.load(path) as file:
        columns = {str(tag): k for k, tag in enumerate(file["tags"])}
        rows = {str(name): k for k, name in enumerate(file["mp3_path"])}
        missing = [tag for tag in tags if tag not in columns]
        missing += [name for name in paths if name not in rows]
        if missing:
            raise DatasetError(f"{path} has no scores for {missing[0]} ({len(missing)} missing).")
        scores = file["scores"][[rows[name] for name in paths]]
        kept: npt.NDArray[np.float16] = scores[:, :, [columns[tag] for tag in tags]]
    return kept


def _read_clips(path: Path, paths: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Kinds, instruments and sources."""
    rows: dict[str, dict[str, str]] = {}
    if path.exists():
        with open_table(path) as stream:
            rows = {row["mp3_path"]: row for row in csv.DictReader(stream, delimiter="\t")}

    def column(key: str) -> list[str]:
        return [str(rows.get(name, {}).get(key) or "") for name in paths]

    return column("kind"), column("instrument"), column("source")
