"""Collecting and compressing takes seconds; a second start of the same files need not repeat it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .locations import Locations

SOURCES = (
    "static",
    "tagger/static",
    "requirements.lock",
    "package-lock.json",
    "webapp/settings",
    "webapp/static_storage.py",
)
NOTE = "collected.sha256"


def fingerprint(folder: Path) -> str:
    """Changes with every file that what is collected depends on."""
    digest = hashlib.sha256()
    for source in SOURCES:
        top = folder / source
        for file in sorted(file for file in [top, *top.rglob("*")] if file.is_file()):
            digest.update(f"{file.relative_to(folder)}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def collected(locations: Locations, fingerprint: str) -> bool:
    note = locations.static / NOTE
    return note.is_file() and note.read_text(encoding="ascii") == fingerprint


def remember(locations: Locations, fingerprint: str) -> None:
    (locations.static / NOTE).write_text(fingerprint, encoding="ascii")
