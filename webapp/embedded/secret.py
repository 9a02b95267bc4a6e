"""The installation's secret key, made once."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

NAME = "secret-key"


def secret_in(data_dir: Path) -> str:
    """The key of this data folder, made on first use and readable by its owner only."""
    path = data_dir / NAME
    try:
        if not path.exists():
            _write(path, secrets.token_urlsafe(50))
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key {path} cannot be read or made: {error.strerror}. "
            "Set TONEMARK_SECRET_KEY or TONEMARK_SECRET_KEY_FILE, or another TONEMARK_DATA_DIR."
        ) from error


def _write(path: Path, key: str) -> None:
    """Whoever links first wins, so that two processes starting at once agree on one key."""
    draft = path.with_name(f"{NAME}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
