"""What one training learns from and is judged by: frozen at its start, decoded, put together."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.data import JudgedClip, prepare, prepare_judged, read_annotations
from tagger.feedback.labelled_tracks import JudgedTrack, new_labels, support
from tagger.models import Track, Training
from tagger.platform.storage.local import on_this_machine
from tagger.registry.datasets import DataFolder, data_folder, judging_folder, test_split

from .options import lessons_of

if TYPE_CHECKING:
    from ml.data import Split

LESSONS = "lessons.json"
CLIPS = "clips"
# Fine-tuning repeats so many of a data set's clips for each judged one, and at least so many:
# enough to keep what the network knows, few enough to end in minutes.
REPEATED, LEAST_REPEATED = 4, 200

Told = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TrainingData:
    """`test` is a data set's fixed test split, which verdicts never touch, where there is one."""

    train: Split
    validation: Split
    test: Split | None
    facts: dict[str, Any]


def freeze_lessons(training: Training, run: Path) -> dict[str, Any]:
    """Labels and verdicts as they are when the training begins; the same ones when it resumes."""
    kept = run / LESSONS
    if not kept.exists():
        text = json.dumps(_lessons(training))
        beside = kept.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, kept)
    frozen: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return frozen


def assemble(training: Training, lessons: dict[str, Any], run: Path, told: Told) -> TrainingData:
    """Decode what is not decoded yet, and join it. `told(split, done, total)` counts clips."""
    folder = data_folder(training.folder) if training.folder else None
    judged_by = folder or judging_folder()
    if judged_by:
        prepare(judged_by.path, judged_by.prepared(), threads=True, on_progress=told)
    train, validation = (
        _joined(training, lessons, run, folder, name, told) for name in ("train", "validation")
    )
    test = test_split(judged_by, lessons["labels"])
    facts = _facts(training, lessons, train, validation)
    if judged_by and test is not None:
        facts |= {"test_clips": len(test), "test_data": judged_by.fingerprint()}
    return TrainingData(train, validation, test, facts)


def _lessons(training: Training) -> dict[str, Any]:
    folder = data_folder(training.folder) if training.folder else None
    tags = read_annotations(folder.path).tags if folder else []
    base = training.base
    known = list(base.labels) if base else tags
    new = new_labels(known) if training.verdicts else []
    judged = lessons_of(base, anchored=set(tags)) if training.verdicts else []
    spoken = set(support(judged))
    return {
        "labels": [*known, *(label for label in new if label in spoken)],
        "train": [_row(track) for track in judged if not track.held_out],
        "validation": [_row(track) for track in judged if track.held_out],
    }


def _row(track: JudgedTrack) -> dict[str, Any]:
    return {"track": str(track.track_id), "file": track.file, "answers": track.answers}


def _joined(
    training: Training,
    lessons: dict[str, Any],
    run: Path,
    folder: DataFolder | None,
    name: str,
    told: Told,
) -> Split:
    from ml.data import join, open_split, thinned

    parts = []
    if folder:
        protocol = training.recipe["data"]["protocol"]
        given = open_split(folder.prepared(), name, protocol=protocol)
        most = max(REPEATED * len(lessons[name]), LEAST_REPEATED)
        few = training.base is not None and bool(lessons["train"])
        parts.append(thinned(given, most, seed=training.seed) if few else given)
    if lessons[name]:
        prepare_judged(
            _clips(lessons[name]), lessons["labels"], run / CLIPS, name, on_progress=told
        )
        parts.append(open_split(run / CLIPS, name, protocol="B"))
    return join(parts, lessons["labels"])


def _clips(rows: list[dict[str, Any]]) -> list[JudgedClip]:
    return [
        JudgedClip(
            row["track"], partial(on_this_machine, Track(file=row["file"]).file), row["answers"]
        )
        for row in rows
    ]


def _facts(
    training: Training, lessons: dict[str, Any], train: Split, validation: Split
) -> dict[str, Any]:
    answers = [yes for row in lessons["train"] for yes in row["answers"].values()]
    return {
        "train_clips": len(train),
        "validation_clips": len(validation),
        "folder": training.folder,
        "judged_tracks": len(lessons["train"]),
        "held_out_tracks": len(lessons["validation"]),
        "accepted": sum(answers),
        "rejected": len(answers) - sum(answers),
    }
