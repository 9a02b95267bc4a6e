"""The clips: those that the stand-in has already, and the new ones with their labels."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ml.config.labels import LABEL_NAMES
from ml.data.magnatagatune.annotations import CLIPS, Annotations, DatasetError, read_annotations
from ml.data.magnatagatune.protocols import split_of

Sound = npt.NDArray[np.float32]
Scores = npt.NDArray[np.float32]
LOG, MP3, SOURCES = "clips.jsonl", "mp3", "sources.tsv"


class StandinClip(NamedTuple):
    """A line of the stand-in's clips.tsv."""

    path: str
    source: str
    kind: str
    offset_s: float

    @property
    def held_out(self) -> bool:
        return split_of(self.path) != "train"


class NewClip(NamedTuple):
    """A clip made here; `scores` is `(segments, tags)` in the order of LABEL_NAMES.

    `song` is what it was cut from, `made_of` names the clips it was made of.
    """

    file: str
    source: str
    kind: str
    scores: Scores
    song: str = ""
    offset_s: float = 0.0
    made_of: Sequence[str] = ()


def read_standin(standin: Path) -> list[StandinClip]:
    with (standin / CLIPS).open(encoding="utf-8", newline="") as stream:
        return [
            StandinClip(row["mp3_path"], row["source"], row["kind"], float(row["offset_s"] or 0))
            for row in csv.DictReader(stream, delimiter="\t")
        ]


def recorded(clips: list[StandinClip], *, held_out: bool) -> list[StandinClip]:
    """The recordings of the train side, or those of the other two."""
    return [clip for clip in clips if clip.kind == "recorded" and clip.held_out == held_out]


def read_labels(standin: Path) -> tuple[Annotations, npt.NDArray[np.float16]]:
    """The stand-in's annotations and its soft labels, both in the order of LABEL_NAMES."""
    annotations = read_annotations(standin)
    if annotations.soft is None or annotations.tags != list(LABEL_NAMES):
        raise DatasetError(f"{standin} has no soft labels of the {len(LABEL_NAMES)} tags.")
    return annotations, annotations.soft


def append(folder: Path, clip: NewClip) -> None:
    """Add a clip to the folder's log; its sound lies in mp3/ beside it."""
    scores = np.round(clip.scores.astype(float), 4).tolist()
    with (folder / LOG).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(clip._asdict() | {"scores": scores}) + "\n")


def read_new(folder: Path) -> list[NewClip]:
    lines = (folder / LOG).read_text(encoding="utf-8").splitlines()
    clips = [NewClip(**json.loads(line)) for line in lines]
    return [clip._replace(scores=np.array(clip.scores, np.float32)) for clip in clips]
