"""The files that rows name. A name stands for one content for ever: one copy of it is enough."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.files import File
from django.core.files.storage import Storage

from tagger.models import Cover, ModelVersion, Track
from tagger.platform.storage.in_place import is_in_place


@dataclass(frozen=True)
class Shelf:
    """One store and its place in the backup."""

    name: str
    storage: Storage

    def names(self) -> Iterator[str]:
        if self.name == "models":
            yield from ModelVersion.objects.values_list("weights", flat=True)
            return
        # What lies in people's folders is not copied; its rows are in the backup.
        for pair in Track.objects.values_list("file", "spectrogram").iterator():
            yield from (name for name in pair if name and not is_in_place(name))
        for pair in Cover.objects.values_list("large", "small").iterator():
            yield from pair


@dataclass
class Copied:
    copied: int = 0
    known: int = 0
    missing: int = 0


def shelves() -> list[Shelf]:
    return [
        Shelf("media", Track._meta.get_field("file").storage),
        Shelf("models", ModelVersion._meta.get_field("weights").storage),
    ]


def take(shelf: Shelf, folder: Path) -> Copied:
    """From the store into the backup; `missing` are named by a row, yet nowhere."""
    counted = Copied()
    for name in shelf.names():
        target = folder / shelf.name / name
        if target.exists():
            counted.known += 1
            continue
        try:
            _copy_out(shelf.storage, name, target)
            counted.copied += 1
        except FileNotFoundError:
            counted.missing += 1
    return counted


def _copy_out(storage: Storage, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f"{target.name}.new")
    with storage.open(name, "rb") as original, draft.open("wb") as copy:
        shutil.copyfileobj(original, copy, 2**20)
    draft.replace(target)


def restore_files(shelf: Shelf, folder: Path) -> Copied:
    counted = Copied()
    for name in shelf.names():
        source = folder / shelf.name / name
        if shelf.storage.exists(name):
            counted.known += 1
        elif source.exists():
            with source.open("rb") as content:
                shelf.storage.save(name, File(content))
            counted.copied += 1
        else:
            counted.missing += 1
    return counted
