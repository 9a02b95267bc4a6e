"""Another content for a file in a folder that may be read: whole or not at all, never half.

A copy beside it is changed, written to the disk, and put in its place by one rename. Rights, owner
and extended attributes go along; times if wished. Links are followed as when reading: only within
what the operator allows.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from .in_place import parent_of

# Hidden, so that neither scans nor music servers take it for a file of its own.
_BEGIN, _END = ".tonemark-", ".part"


class ReplaceRefused(Exception):
    """The file stays as it is; the message says why and what to do."""


class Copy:
    """`file` is open for reading and writing. `status`: of the new file, after the block."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.status: os.stat_result | None = None


@contextmanager
def replaced(path: str, *, name: str, keep_times: bool) -> Iterator[Copy]:
    """A copy to be changed within the block; leaving it in order puts it in the file's place.

    `name` tells copies of several files apart; what a crash left of an earlier one is removed.
    Raises ReplaceRefused and OSError, and then the file is as it was.
    """
    with _refusals(), parent_of(path) as (folder, file_name):
        temporary = f"{_BEGIN}{name}{_END}"
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
        before = _copied(folder, file_name, temporary)
        try:
            number = os.open(temporary, os.O_RDWR | os.O_NOFOLLOW, dir_fd=folder)
            with os.fdopen(number, "r+b") as file:
                copy = Copy(file)
                yield copy
                file.flush()
                _like(file.fileno(), folder, file_name, before, keep_times)
                os.fsync(file.fileno())
                copy.status = os.fstat(file.fileno())
            _check_unchanged(folder, file_name, before)
            os.rename(temporary, file_name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=folder)


def _copied(folder: int, file_name: str, temporary: str) -> os.stat_result:
    source = os.open(file_name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(source, "rb") as original:
        status = os.fstat(original.fileno())
        # Without write permission it could be replaced all the same, since that is the folder's.
        if not status.st_mode & 0o222 or not os.access(file_name, os.W_OK, dir_fd=folder):
            raise ReplaceRefused(
                "The file is read-only. Allow writing to it, or leave it as it is."
            )
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=folder), "wb") as copy:
            shutil.copyfileobj(original, copy, 2**20)
    return status


def _like(
    number: int, folder: int, file_name: str, before: os.stat_result, keep_times: bool
) -> None:
    """Owner and attributes as far as this user may; rights in any case."""
    with suppress(PermissionError):
        os.fchown(number, before.st_uid, before.st_gid)
    os.fchmod(number, stat.S_IMODE(before.st_mode))
    if hasattr(os, "listxattr"):
        source = os.open(file_name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder)
        try:
            with suppress(OSError):
                for attribute in os.listxattr(source):
                    os.setxattr(number, attribute, os.getxattr(source, attribute))
        finally:
            os.close(source)
    if keep_times:
        os.utime(number, ns=(before.st_atime_ns, before.st_mtime_ns))


def _check_unchanged(folder: int, file_name: str, before: os.stat_result) -> None:
    now = os.stat(file_name, dir_fd=folder, follow_symlinks=False)
    if (now.st_ino, now.st_size, now.st_mtime_ns) != (
        before.st_ino,
        before.st_size,
        before.st_mtime_ns,
    ):
        raise ReplaceRefused("Another program has changed the file meanwhile. Scan it again first.")


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentences = {
            errno.EROFS: "The folder is mounted read-only. Mount it for writing to write tags.",
            errno.EACCES: "The server may not write here. Give it write access to the folder.",
            errno.EPERM: "The server may not write here. Give it write access to the folder.",
            errno.ENOSPC: "The disk is full. Free some space; the file is as it was.",
            errno.EDQUOT: "The disk is full. Free some space; the file is as it was.",
        }
        if error.errno in sentences:
            raise ReplaceRefused(sentences[error.errno]) from error
        raise
