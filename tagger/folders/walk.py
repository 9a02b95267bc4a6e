"""What lies below a folder, one entry after the other: nothing is read, little is remembered."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ml.audio import SUFFIXES
from tagger.platform.storage.in_place import allowed_root, encoded, shown
from tagger.uploads.import_folder import APPLE_DOUBLE, SYSTEM_FOLDERS

# Of faults so many are told by name.
MOST_TOLD = 100
# A 64-bit number as Postgres' signed one.
_SIGNED = 2**63


@dataclass(frozen=True)
class Entry:
    """`path` is below the folder. Times in ns; `touched_ns` is the last change of anything."""

    path: str
    size: int
    mtime_ns: int
    inode: int
    touched_ns: int


@dataclass
class Walk:
    """Iterate it for entries. What it could not look into is told afterwards."""

    root: str
    below: tuple[str, ...] = ("",)
    unreadable: list[str] = field(default_factory=list)
    passed_over: int = 0
    _visited: set[tuple[int, int]] = field(default_factory=set)

    def __iter__(self) -> Iterator[Entry]:
        for start in self.below:
            yield from self._folder(os.path.join(self.root, start) if start else self.root)

    def _folder(self, folder: str) -> Iterator[Entry]:
        """Depth first, with a stack of our own: folders nest deeper than calls may."""
        stack = [folder]
        while stack:
            here = stack.pop()
            try:
                found = os.stat(here)
                if (found.st_dev, found.st_ino) in self._visited:
                    self.passed_over += 1
                    continue
                self._visited.add((found.st_dev, found.st_ino))
                with os.scandir(here) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except FileNotFoundError:
                continue  # gone in this moment
            except OSError as error:
                self._tell(here, error)
                continue
            folders: list[str] = []
            for entry in listed:
                made = self._entry(entry, folders)
                if made:
                    yield made
            stack += reversed(folders)

    def _entry(self, entry: os.DirEntry[str], folders: list[str]) -> Entry | None:
        name = entry.name
        try:
            if entry.is_symlink() and allowed_root(os.path.realpath(entry.path)) is None:
                self.passed_over += 1
                return None
            if entry.is_dir():
                if name.startswith(".") or name.lower() in SYSTEM_FOLDERS:
                    self.passed_over += 1
                else:
                    folders.append(entry.path)
                return None
            if not _sounds(name):
                return None
            status = entry.stat()
        except FileNotFoundError:
            self.passed_over += 1  # a link that leads nowhere, or gone in this moment
            return None
        except OSError as error:
            self._tell(entry.path, error)
            return None
        if not stat.S_ISREG(status.st_mode):
            self.passed_over += 1
            return None
        return Entry(
            os.path.relpath(entry.path, self.root),
            status.st_size,
            status.st_mtime_ns,
            signed_inode(status),
            max(status.st_mtime_ns, status.st_ctime_ns),
        )

    def _tell(self, path: str, error: OSError) -> None:
        if len(self.unreadable) < MOST_TOLD:
            self.unreadable.append(f"{shown(encoded(path))}: {error.strerror}")


def signed_inode(status: os.stat_result) -> int:
    """As the database holds it."""
    return status.st_ino - 2 * _SIGNED if status.st_ino >= _SIGNED else status.st_ino


def _sounds(name: str) -> bool:
    """Hidden files are half copies (of rsync, browsers, our own writing), or macOS' notes."""
    return (
        Path(name).suffix.lower() in SUFFIXES
        and not name.startswith(".")
        and not name.startswith(APPLE_DOUBLE)
    )
