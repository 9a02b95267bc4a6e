"""Files that stay where they lie, below the folders that the operator allows (TONEMARK_FOLDERS).

A stored name that begins with `in-place:` is such a path. It is only ever read, and each time it is
opened it is looked at anew: links are resolved first, what they lead to must lie below an allowed
folder, and then each step of the way is opened without following any. Who swaps a link in between
gets an error instead of another file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from django.conf import settings

PREFIX = "in-place:"
# What stays readable in a stored name; all other bytes are %XX, since paths are bytes, not text.
_PLAIN = "/ !#$&'()+,;=@[]{}"


class NotAllowedError(FileNotFoundError):
    """The path leads out of what the operator has allowed."""


def encoded(path: str | os.PathLike[str]) -> str:
    """A path as text that any database holds, exactly."""
    return quote_from_bytes(os.fsencode(path), safe=_PLAIN)


def decoded(text: str) -> str:
    """As the system names it: half characters stand for bytes that are no text."""
    return os.fsdecode(unquote_to_bytes(text))


def shown(text: str) -> str:
    """An encoded path for people."""
    return unquote_to_bytes(text).decode("utf-8", "replace")


def stored_name(path: str | os.PathLike[str]) -> str:
    return PREFIX + encoded(path)


def is_in_place(name: str | None) -> bool:
    return bool(name) and str(name).startswith(PREFIX)


def path_of(name: str) -> str:
    return decoded(name.removeprefix(PREFIX))


def allowed_root(path: str) -> str | None:
    """The allowed folder below which this real path lies, or which it is."""
    roots = [os.path.realpath(root) for root in settings.FOLDERS]
    for root in sorted(roots, key=len, reverse=True):
        if path == root or path.startswith(root.rstrip("/") + "/"):
            return root
    return None


def open_in_place(path: str) -> int:
    """An open file (its number), for reading. Raises NotAllowedError and other OSErrors."""
    with parent_of(path) as (folder, name):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        return os.open(name, flags, dir_fd=folder)


@contextmanager
def parent_of(path: str) -> Iterator[tuple[int, str]]:
    """The open folder in which the file really lies, and its name there."""
    real = os.path.realpath(path)
    root = allowed_root(real)
    if root is None or real == root:
        raise NotAllowedError(2, "It does not lie in a folder that may be read", path)
    *steps, name = os.path.relpath(real, root).split("/")
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    folder = os.open(root, flags)
    try:
        for step in steps:
            deeper = os.open(step, flags, dir_fd=folder)
            os.close(folder)
            folder = deeper
        yield folder, name
    finally:
        os.close(folder)


@contextmanager
def opened_path(path: str) -> Iterator[Path]:
    """A path that leads to the file that was opened, whatever lies at its place meanwhile."""
    number = open_in_place(path)
    try:
        yield path_of_open(number)
    finally:
        os.close(number)


def path_of_open(number: int) -> Path:
    """A path to the open file of this number, for this process."""
    # macOS has no /proc.
    open_files = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"
    return Path(f"{open_files}/{number}")


def exists(path: str) -> bool:
    with suppress(OSError):
        os.close(open_in_place(path))
        return True
    return False


def size(path: str) -> int:
    number = open_in_place(path)
    try:
        return os.fstat(number).st_size
    finally:
        os.close(number)
