from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError

from tagger.analysis.activations import forget_lost_activations
from tagger.models import Track

from . import database, files
from .errors import BackupError

DUMP = "database.dump"
KEY = "secret-key"
Tell = Callable[[str], None]


def back_up(folder: Path, tell: Tell) -> None:
    """Rows first: whatever they name is there by then, and what comes later has no row here."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        database.dump(folder / DUMP)
        tell(f"{DUMP}: {(folder / DUMP).stat().st_size} bytes")
        for shelf in files.shelves():
            _tell_of(shelf, files.take(shelf, folder), tell)
        _keep_key(folder, tell)
    except OSError as error:
        raise BackupError(f"{folder} cannot be written: {error.strerror}.") from error


def restore(folder: Path, tell: Tell, *, replace: bool) -> None:
    if not (folder / DUMP).exists():
        raise BackupError(f"{folder} holds no {DUMP}: it is no backup, or one that did not end.")
    if not replace and _has_tracks():
        raise BackupError(
            "There are tracks in this installation, and all of its rows would be replaced. "
            "Say so with --replace, or restore into an empty one."
        )
    database.load(folder / DUMP)
    call_command("migrate", interactive=False, verbosity=0)
    tell(f"{DUMP}: loaded")
    for shelf in files.shelves():
        _tell_of(shelf, files.restore_files(shelf, folder), tell)
    if forgotten := forget_lost_activations():
        tell(f"kept activations: of {forgotten} tracks they are made again when they are heard")
    _bring_key(folder, tell)


def _has_tracks() -> bool:
    try:
        return Track.objects.exists()
    except DatabaseError:
        return False  # no tables yet


def _tell_of(shelf: files.Shelf, counted: files.Copied, tell: Tell) -> None:
    tell(f"{shelf.name}: {counted.copied} copied, {counted.known} there, {counted.missing} missing")


def _keep_key(folder: Path, tell: Tell) -> None:
    key = Path(settings.DATA_DIR) / KEY
    if not key.exists():
        tell("secret key: it comes from the environment; keep it apart from this backup")
        return
    (folder / KEY).touch(mode=0o600)
    shutil.copyfile(key, folder / KEY)
    tell("secret key: copied; whoever has this folder can sign sessions")


def _bring_key(folder: Path, tell: Tell) -> None:
    if not (folder / KEY).exists():
        return
    key = Path(settings.DATA_DIR) / KEY
    key.touch(mode=0o600)
    shutil.copyfile(folder / KEY, key)
    tell("secret key: restored; start Tonemark again")
