"""All hostile files: importing a module of them adds its own to the table."""

from __future__ import annotations

from pathlib import Path

from . import hostile_contents, hostile_headers
from .hostile_files import CASES

__all__ = ["CASES", "hostile_contents", "hostile_file", "hostile_headers"]

_made: dict[str, tuple[str, bytes]] = {}


def hostile_file(name: str, folder: Path) -> Path:
    """A case as a file in the folder; made once, however many tests ask for it."""
    if name not in _made:
        workshop = folder / "workshop"
        workshop.mkdir()
        _made[name] = CASES[name][0](workshop)
    file_name, content = _made[name]
    file = folder / file_name
    file.write_bytes(content)
    return file
