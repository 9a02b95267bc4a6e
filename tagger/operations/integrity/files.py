"""Files against rows: every track has its file, unchanged; every file has its track."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db.models import Model
from django.utils import timezone

from ml.checkpoints import card_path
from tagger.analysis.activations import read_activations
from tagger.models import Cover, KeptActivations, ModelVersion, ResumableUpload, Track
from tagger.models.cover import LARGE, SMALL
from tagger.models.resumable_upload import parts_folder
from tagger.platform.batches import batches
from tagger.platform.storage.in_place import is_in_place
from tagger.platform.storage.local import model_storage, stored_files

from .faults import Fault, Kind

# Folders of the store, and whose files are in them.
STORED: dict[str, tuple[type[Model], str]] = {
    "tracks": (Track, "file"),
    "spectrograms": (Track, "spectrogram"),
    "activations": (KeptActivations, "file"),
    LARGE: (Cover, "large"),
    SMALL: (Cover, "small"),
}
_LOOKED_AT = ("file", "file_size", "file_sha256", "damaged_since")
_TOGETHER = 500
# What a version has in the folder of models; exported copies belong to whoever made them.
_OURS = (".safetensors", ".json")


def track_files() -> Iterator[Fault | None]:
    """One for each track: what is wrong with its file, or None. Its page says so too."""
    for ids in batches(Track.objects.all()):
        for track in Track.objects.filter(pk__in=ids).only(*_LOOKED_AT):
            fault = _track_file(track)
            # Purged in the meantime, file and all: nothing is wrong.
            yield fault if _remember(track, fault) else None


def _remember(track: Track, fault: Fault | None) -> bool:
    """Whether the track is still there. Files in folders are their owners' to change."""
    rows = Track.objects.filter(pk=track.pk, file=track.file.name)
    wrong = fault is not None and not is_in_place(track.file.name)
    if wrong != (track.damaged_since is not None):
        return bool(rows.update(damaged_since=timezone.now() if wrong else None))
    return fault is None or rows.exists()


def _track_file(track: Track) -> Fault | None:
    name = str(track.file.name)
    try:
        with track.file.open("rb") as content:
            size, digest = track.file.size, hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        return Fault(Kind.FILE_MISSING, str(track.pk), f"{name}: {error.strerror or error}")
    if (size, digest) == (track.file_size, track.file_sha256):
        return None
    return Fault(Kind.FILE_CHANGED, str(track.pk), f"{name} is not what was uploaded")


def orphans(before: datetime) -> Iterator[Fault]:
    """Stored files without a track that were there before this moment.

    Killed between storing and writing its row, an upload leaves one: it was never accepted.
    """
    for folder, (model, column) in STORED.items():
        old = (name for name, modified in stored_files(folder) if modified < before)
        while names := list(islice(old, _TOGETHER)):
            rows = model._default_manager.filter(**{f"{column}__in": names})
            for name in sorted(set(names) - set(rows.values_list(column, flat=True))):
                yield Fault(Kind.FILE_ORPHANED, name, "no track has this file")


def has_row(name: str) -> bool:
    """Whether a stored file is a track's, or a cover's, after all."""
    model, column = STORED[name.partition("/")[0]]
    return model._default_manager.filter(**{column: name}).exists()


def lost_activations() -> Iterator[Fault]:
    """Rows of kept activations whose file is gone or damaged, as after a restore."""
    from ml.inference import ActivationsError

    for kept in KeptActivations.objects.order_by("pk").iterator():
        try:
            read_activations(kept)
        except (OSError, ActivationsError) as error:
            yield Fault(Kind.ACTIVATIONS_LOST, str(kept.pk), f"{kept.file.name}: {error}")


def left_uploads(before: datetime) -> Iterator[Fault]:
    """What broken requests left in the incoming folder: nothing was written to it since then.

    Uploads that come in parts may be gone on with for days; theirs are left while they have a row.
    """
    parts = parts_folder()
    known = {pk.hex for pk in ResumableUpload.objects.values_list("pk", flat=True)}
    left = [path for path in _entries(parts.parent) if path != parts]
    left += [path for path in _entries(parts) if path.name.partition(".")[0] not in known]
    for path in left:
        if _untouched(path, before.timestamp()):
            name = path.relative_to(parts.parent)
            yield Fault(Kind.UPLOAD_LEFT, str(name), "an upload that never ended")


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.exists() else []


def _untouched(path: Path, since: float) -> bool:
    """False for one that its request has deleted in this moment."""
    try:
        return max(entry.stat().st_mtime for entry in (path, *path.rglob("*"))) < since
    except FileNotFoundError:
        return False


def model_files() -> Iterator[Fault | None]:
    """One for each model version: what is wrong with its weights, or None."""
    for model in ModelVersion.objects.order_by("pk"):
        try:
            with model.weights.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
        except (OSError, ValueError) as error:
            yield Fault(Kind.WEIGHTS_MISSING, str(model.pk), f"{model.name}: {error}")
        else:
            changed = Fault(Kind.WEIGHTS_CHANGED, str(model.pk), f"{model.name} is not as made")
            yield changed if digest != model.sha256 else None


def orphaned_weights(before: datetime) -> Iterator[Fault]:
    """Weights and cards without a version: killed before its row was there, a registration
    leaves them, and the next attempt brings its own."""
    storage = model_storage()
    weights = ModelVersion.objects.values_list("weights", flat=True)
    known = {str(path) for name in weights for path in (name, card_path(Path(name)))}
    for path in sorted(Path(storage.location).glob("*")):
        if path.suffix in _OURS and path.name not in known and _untouched(path, before.timestamp()):
            yield Fault(Kind.WEIGHTS_ORPHANED, path.name, "no model has this file")
