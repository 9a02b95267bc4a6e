"""What one training learns from and is evaluated on: frozen at its start, decoded, put together."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.data import LabelledClip, prepare, prepare_labelled_clips, read_annotations
from tagger.feedback.labelled_tracks import LabelledTrack, new_labels, support
from tagger.models import Track, Training
from tagger.platform.storage.local import on_this_machine
from tagger.registry.datasets import DataFolder, data_folder, evaluation_folder, test_split

from .options import training_examples

if TYPE_CHECKING:
    from ml.data import Split

EXAMPLES = "lessons.json"
CLIPS = "clips"
# Fine-tuning repeats so many of a data set's clips for each labelled one, and at least so many:
# enough to keep what the network knows, few enough to end in minutes.
REPEATED, LEAST_REPEATED = 4, 200

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TrainingData:
    """`test` is a data set's fixed test split, which verdicts never touch, where there is one."""

    train: Split
    validation: Split
    test: Split | None
    facts: dict[str, Any]


def freeze_examples(training: Training, run: Path) -> dict[str, Any]:
    """Labels and verdicts as they are when the training begins; the same ones when it resumes."""
    path = run / EXAMPLES
    if not path.exists():
        text = json.dumps(_examples(training))
        beside = path.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    frozen: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return frozen


def assemble(
    training: Training, examples: dict[str, Any], run: Path, on_progress: Progress
) -> TrainingData:
    """Decode what is not decoded yet, and join it. `told(split, done, total)` counts clips."""
    folder = data_folder(training.folder) if training.folder else None
    evaluation_data = folder or evaluation_folder()
    if evaluation_data:
        prepare(
            evaluation_data.path, evaluation_data.prepared(), threads=True, on_progress=on_progress
        )
    train, validation = (
        _concatenated(training, examples, run, folder, name, on_progress)
        for name in ("train", "validation")
    )
    test = test_split(evaluation_data, examples["labels"])
    facts = _facts(training, examples, train, validation)
    if evaluation_data and test is not None:
        facts |= {"test_clips": len(test), "test_data": evaluation_data.fingerprint()}
    return TrainingData(train, validation, test, facts)


def _examples(training: Training) -> dict[str, Any]:
    folder = data_folder(training.folder) if training.folder else None
    tags = read_annotations(folder.path).tags if folder else []
    base = training.base
    known = list(base.labels) if base else tags
    new = new_labels(known) if training.verdicts else []
    labelled = training_examples(base, anchored=set(tags)) if training.verdicts else []
    spoken = set(support(labelled))
    return {
        "labels": [*known, *(label for label in new if label in spoken)],
        "train": [_row(track) for track in labelled if not track.held_out],
        "validation": [_row(track) for track in labelled if track.held_out],
    }


def _row(track: LabelledTrack) -> dict[str, Any]:
    return {"track": str(track.track_id), "file": track.file, "answers": track.answers}


def _concatenated(
    training: Training,
    examples: dict[str, Any],
    run: Path,
    folder: DataFolder | None,
    name: str,
    on_progress: Progress,
) -> Split:
    from ml.data import concat_splits, open_split, subsample

    parts = []
    if folder:
        protocol = training.recipe["data"]["protocol"]
        given = open_split(folder.prepared(), name, protocol=protocol)
        most = max(REPEATED * len(examples[name]), LEAST_REPEATED)
        few = training.base is not None and bool(examples["train"])
        parts.append(subsample(given, most, seed=training.seed) if few else given)
    if examples[name]:
        clips, labels = labelled_clips(examples[name]), examples["labels"]
        prepare_labelled_clips(clips, labels, run / CLIPS, name, on_progress=on_progress)
        parts.append(open_split(run / CLIPS, name, protocol="B"))
    return concat_splits(parts, examples["labels"])


def labelled_clips(rows: list[dict[str, Any]]) -> list[LabelledClip]:
    """Frozen examples as clips that can be decoded."""
    return [
        LabelledClip(
            row["track"], partial(on_this_machine, Track(file=row["file"]).file), row["answers"]
        )
        for row in rows
    ]


def _facts(
    training: Training, examples: dict[str, Any], train: Split, validation: Split
) -> dict[str, Any]:
    answers = [yes for row in examples["train"] for yes in row["answers"].values()]
    return {
        "train_clips": len(train),
        "validation_clips": len(validation),
        "folder": training.folder,
        "judged_tracks": len(examples["train"]),
        "held_out_tracks": len(examples["validation"]),
        "accepted": sum(answers),
        "rejected": len(answers) - sum(answers),
    }
