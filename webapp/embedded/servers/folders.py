"""Folders that only their owner may enter."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from webapp.embedded.errors import ServeError

LEAST_FREE = 512 * 1024**2


def private(folder: Path) -> Path:
    """Make the folder; refuse one that somebody else has put there. Existing modes stay."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ServeError(f"{folder} cannot be made: {error.strerror}.") from error
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise ServeError(f"{folder} belongs to another user. Remove it, or use another --data-dir.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ServeError(f"{folder} cannot be written to. Use another --data-dir.")
    return folder


def need_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        raise ServeError(
            f"Only {free // 1024**2} MiB are free at {folder}, {LEAST_FREE // 1024**2} MiB are "
            "needed. Free some space, or use another --data-dir."
        )
