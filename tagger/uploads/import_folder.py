"""Brings a folder of files in, one at a time: the folder's own files are copied, never moved."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from ml.audio import SUFFIXES
from tagger.albums.covers import folder_picture
from tagger.models import Job, Library, User
from tagger.platform.http.clean_text import is_clean

from .ingest import IngestError, SenderMetadata, ingest

# What systems and storage devices keep beside people's files: trash, thumbnails, snapshots. Their
# names are compared in small letters. Folders that begin with a dot are hidden on purpose.
SYSTEM_FOLDERS = frozenset(
    {"@eadir", "#recycle", "#snapshot", "$recycle.bin", "lost+found", "recycler"}
    | {"system volume information", "__macosx"}
)
# What macOS writes for each file onto foreign disks: its name, but no sound in it.
APPLE_DOUBLE = "._"


class FileOutcome(Enum):
    IMPORTED = "imported"
    KNOWN = "already there"
    REFUSED = "refused"


@dataclass(frozen=True)
class FileResult:
    outcome: FileOutcome
    detail: str = ""


@dataclass
class FolderListing:
    """What a folder holds: `files` to import, in a stable order; folders that cannot be read, with
    the system's reason; how many entries were passed over (trash, other kinds of file, links that
    lead back or nowhere).
    """

    files: list[Path] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    passed_over: int = 0


def list_folder(folder: Path) -> FolderListing:
    """The audio below the folder. Linked folders are followed, each place once."""
    listing = FolderListing()
    visited: set[tuple[int, int]] = set()

    def unreadable(error: OSError) -> None:
        listing.unreadable.append(f"{error.filename}: {error.strerror}")

    for place, folders, names in os.walk(folder, onerror=unreadable, followlinks=True):
        folders[:] = sorted(_to_enter(Path(place), folders, visited, listing))
        for name in names:
            path = Path(place) / name
            if _is_audio(path):
                listing.files.append(path)
            else:
                listing.passed_over += 1
    listing.files.sort()
    return listing


def _to_enter(
    place: Path, names: list[str], visited: set[tuple[int, int]], listing: FolderListing
) -> Iterator[str]:
    """A folder that a link leads back to would be walked for ever."""
    here = place.stat()
    visited.add((here.st_dev, here.st_ino))
    for name in names:
        if name.startswith(".") or name.lower() in SYSTEM_FOLDERS:
            listing.passed_over += 1
            continue
        try:
            found = (place / name).stat()
        except OSError as error:
            listing.unreadable.append(f"{place / name}: {error.strerror}")
            continue
        if (found.st_dev, found.st_ino) in visited:
            listing.passed_over += 1
            continue
        visited.add((found.st_dev, found.st_ino))
        yield name


def _is_audio(path: Path) -> bool:
    return (
        path.suffix.lower() in SUFFIXES
        and not path.name.startswith(APPLE_DOUBLE)
        and path.is_file()
    )


@lru_cache(maxsize=1)
def picture_of(folder: Path) -> Path | None:
    """Asked for one file after the other of the same folder."""
    name = folder_picture([entry.name for entry in os.scandir(folder) if entry.is_file()])
    return folder / name if name else None


def import_file(
    path: Path, folder: Path, *, library: Library, by: User, trigger: Job.Trigger
) -> FileResult:
    """One file that lies below `folder`: its path from there is kept, for playlists."""
    below = str(path.relative_to(folder))
    # A name in no encoding that text has cannot be kept exactly, so it is not kept at all.
    metadata = SenderMetadata(path=below if is_clean(below) else "")
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as scratch:
        try:
            copy = Path(shutil.copyfile(path, Path(scratch) / f"copy{path.suffix}"))
            ingested = ingest(
                copy,
                path.name,
                library=library,
                by=by,
                trigger=trigger,
                metadata=metadata,
                picture=picture_of(path.parent),
            )
        except (IngestError, OSError) as error:
            return FileResult(FileOutcome.REFUSED, str(error))
    return FileResult(FileOutcome.KNOWN if ingested.duplicate else FileOutcome.IMPORTED)
