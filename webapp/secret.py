"""The key that signs sessions: given from outside, or made once and kept in the data folder."""

from __future__ import annotations

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def secret_key(data_dir: Path) -> str:
    """TONEMARK_SECRET_KEY, the content of TONEMARK_SECRET_KEY_FILE, or the installation's own."""
    if given := os.environ.get("TONEMARK_SECRET_KEY"):
        return given
    if file := os.environ.get("TONEMARK_SECRET_KEY_FILE"):
        return Path(file).read_text().strip()
    return _own(data_dir / "secret_key")


def _own(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        made = file.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(get_random_secret_key())
        os.link(made, file) if not file.exists() else None
        made.unlink()
    return file.read_text()
