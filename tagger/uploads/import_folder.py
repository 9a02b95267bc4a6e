"""Brings a folder of files in, one at a time: the folder's own files are copied, never moved."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from django.conf import settings

from ml.audio import SUFFIXES
from tagger.models import Job, User

from .ingest import IngestError, ingest


class FileOutcome(Enum):
    IMPORTED = "imported"
    KNOWN = "already there"
    REFUSED = "refused"


@dataclass(frozen=True)
class FileResult:
    outcome: FileOutcome
    detail: str = ""


def audio_files(folder: Path) -> list[Path]:
    """The audio below the folder, in a stable order; covers, playlists and logs are passed over."""
    return sorted(
        path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()
    )


def import_file(path: Path, *, owner: User, trigger: Job.Trigger) -> FileResult:
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as scratch:
        try:
            copy = Path(shutil.copyfile(path, Path(scratch) / f"copy{path.suffix}"))
            ingested = ingest(copy, path.name, owner=owner, trigger=trigger)
        except (IngestError, OSError) as error:
            return FileResult(FileOutcome.REFUSED, str(error))
    return FileResult(FileOutcome.KNOWN if ingested.duplicate else FileOutcome.IMPORTED)
